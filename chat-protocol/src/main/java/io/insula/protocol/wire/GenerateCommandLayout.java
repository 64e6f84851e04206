package io.insula.protocol.wire;

import io.insula.protocol.CancelStream;
import io.insula.protocol.ConfigId;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TenantId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bytes of what is asked of an inference node. */
final class GenerateCommandLayout {

    /** The version that brought the access key. */
    private static final int WITH_KEY = 3;

    private static final int LEAST_TEXT_BYTES = 1;
    private static final int LEAST_TOKENS_BYTES = 1;

    private GenerateCommandLayout() {}

    static void write(WireWriter out, GenerateCommand command) {
        out.uuid(command.request().value());
        out.count(command.attempt());
        out.text(command.apiNode().value());
        out.count(command.apiInstance());
        out.uuid(command.tenant().value());
        out.real(command.weight());
        writeConfig(out, command.config());
        if (out.version() >= WITH_KEY) {
            out.optionalUuid(command.key());
        }
        out.text(command.model().value());
        out.list(command.messages(), ConversationLayout::writeMessage);
        ToolsLayout.write(out, command.tools());
        ToolsLayout.writeForm(out, command.form());
        out.text(command.templateArguments());
        SamplingLayout.write(out, command.sampling());
        writeStop(out, command.stop());
        out.count(command.output().choices());
        out.count(command.output().logProbabilities() + 1);
        out.count(command.output().promptLogProbabilities() + 1);
        out.count(command.deadlineMillis());
        out.list(command.resumeTokens(), WireWriter::tokens);
    }

    static GenerateCommand read(WireReader in) {
        return new GenerateCommand(
                new RequestId(in.uuid()),
                in.count(),
                new NodeId(in.text()),
                in.count(),
                new TenantId(in.uuid()),
                in.real(),
                readConfig(in),
                in.version() >= WITH_KEY ? in.optionalUuid() : null,
                new ModelName(in.text()),
                in.list(ConversationLayout.LEAST_MESSAGE_BYTES, ConversationLayout::readMessage),
                ToolsLayout.read(in),
                ToolsLayout.readForm(in),
                in.text(),
                SamplingLayout.read(in),
                readStop(in),
                new OutputOptions(in.count(), in.count() - 1, in.count() - 1),
                in.count(),
                in.list(LEAST_TOKENS_BYTES, WireReader::tokens));
    }

    private static void writeStop(WireWriter out, StopConditions stop) {
        out.count(stop.maxTokens());
        out.count(stop.minTokens());
        out.list(stop.strings(), WireWriter::text);
        out.tokens(stop.tokens());
        out.flag(stop.ignoreEnd());
    }

    private static StopConditions readStop(WireReader in) {
        return new StopConditions(
                in.count(), in.count(), in.list(LEAST_TEXT_BYTES, WireReader::text), in.tokens(), in.flag());
    }

    static void writeCancel(WireWriter out, CancelStream cancel) {
        out.uuid(cancel.request().value());
        out.count(cancel.attempt());
    }

    static CancelStream readCancel(WireReader in) {
        return new CancelStream(new RequestId(in.uuid()), in.count());
    }

    static void writeConfig(WireWriter out, @Nullable ConfigId config) {
        out.optionalUuid(config == null ? null : config.value());
    }

    static @Nullable ConfigId readConfig(WireReader in) {
        UUID id = in.optionalUuid();
        return id == null ? null : new ConfigId(id);
    }
}
