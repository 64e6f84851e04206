package io.insula.protocol;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the components of a {@link GenerateCommand}, those that differ from their defaults.
 *
 * <p><b>Thread:</b> one at a time.
 */
public final class GenerateCommandBuilder {

    private static final NodeId NOBODY = new NodeId("nobody");

    private final RequestId request;
    private final ModelName model;
    private List<ChatMessage> messages;
    private int attempt;
    private NodeId apiNode = NOBODY;
    private int apiInstance;
    private TenantId tenant = TenantId.DEFAULT;
    private double weight = 1;
    private @Nullable ConfigId config;
    private @Nullable UUID key;
    private Tools tools = Tools.NONE;
    private ResponseForm form = new ResponseForm.Text();
    private String templateArguments = "{}";
    private SamplingParameters sampling = new SamplingParameters(1, 1, 0);
    private StopConditions stop = StopConditions.NONE;
    private OutputOptions output = OutputOptions.TEXT;
    private int deadlineMillis;
    private List<TokenIds> resumeTokens = List.of();

    GenerateCommandBuilder(RequestId request, ModelName model, List<ChatMessage> messages) {
        this.request = request;
        this.model = model;
        this.messages = messages;
    }

    GenerateCommandBuilder(GenerateCommand command) {
        this(command.request(), command.model(), command.messages());
        this.attempt = command.attempt();
        this.apiNode = command.apiNode();
        this.apiInstance = command.apiInstance();
        this.tenant = command.tenant();
        this.weight = command.weight();
        this.config = command.config();
        this.key = command.key();
        this.tools = command.tools();
        this.form = command.form();
        this.templateArguments = command.templateArguments();
        this.sampling = command.sampling();
        this.stop = command.stop();
        this.output = command.output();
        this.deadlineMillis = command.deadlineMillis();
        this.resumeTokens = command.resumeTokens();
    }

    public GenerateCommandBuilder messages(List<ChatMessage> conversation) {
        messages = conversation;
        return this;
    }

    /** Which attempt it is, and what the earlier ones delivered of each choice. */
    public GenerateCommandBuilder attempt(int number, List<TokenIds> delivered) {
        attempt = number;
        resumeTokens = delivered;
        return this;
    }

    /** Who takes the frames. */
    public GenerateCommandBuilder frames(NodeId node, int instance) {
        apiNode = node;
        apiInstance = instance;
        return this;
    }

    public GenerateCommandBuilder tenant(TenantId owner, double share) {
        tenant = owner;
        weight = share;
        return this;
    }

    public GenerateCommandBuilder config(@Nullable ConfigId id) {
        config = id;
        return this;
    }

    /** The access key's id. */
    public GenerateCommandBuilder key(@Nullable UUID id) {
        key = id;
        return this;
    }

    public GenerateCommandBuilder tools(Tools callable) {
        tools = callable;
        return this;
    }

    public GenerateCommandBuilder form(ResponseForm required) {
        form = required;
        return this;
    }

    /** A JSON object's text. */
    public GenerateCommandBuilder templateArguments(String object) {
        templateArguments = object;
        return this;
    }

    public GenerateCommandBuilder sampling(SamplingParameters parameters) {
        sampling = parameters;
        return this;
    }

    public GenerateCommandBuilder stop(StopConditions conditions) {
        stop = conditions;
        return this;
    }

    public GenerateCommandBuilder output(OutputOptions options) {
        output = options;
        return this;
    }

    public GenerateCommandBuilder deadlineMillis(int millis) {
        deadlineMillis = millis;
        return this;
    }

    public GenerateCommand build() {
        return new GenerateCommand(
                request,
                attempt,
                apiNode,
                apiInstance,
                tenant,
                weight,
                config,
                key,
                model,
                messages,
                tools,
                form,
                templateArguments,
                sampling,
                stop,
                output,
                deadlineMillis,
                resumeTokens);
    }
}
