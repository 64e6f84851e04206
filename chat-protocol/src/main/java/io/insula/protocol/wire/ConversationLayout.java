package io.insula.protocol.wire;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolCallDelta;

/** The bytes of a conversation's messages and of the tool calls in them. */
final class ConversationLayout {

    /** The lengths of five texts and how many calls there are. */
    static final int LEAST_MESSAGE_BYTES = 6;

    /** An index and the lengths of three texts. */
    static final int LEAST_DELTA_BYTES = 4;

    /** The lengths of three texts, one of which is not empty. */
    private static final int LEAST_CALL_BYTES = 4;

    private ConversationLayout() {}

    static void writeMessage(WireWriter out, ChatMessage message) {
        out.text(message.role());
        out.text(message.content());
        out.text(message.reasoning());
        out.list(message.toolCalls(), ConversationLayout::writeCall);
        out.text(message.toolCallId());
        out.text(message.name());
    }

    static ChatMessage readMessage(WireReader in) {
        return new ChatMessage(
                in.text(),
                in.text(),
                in.text(),
                in.list(LEAST_CALL_BYTES, ConversationLayout::readCall),
                in.text(),
                in.text());
    }

    static void writeDelta(WireWriter out, ToolCallDelta delta) {
        out.count(delta.index());
        out.text(delta.id());
        out.text(delta.name());
        out.text(delta.arguments());
    }

    static ToolCallDelta readDelta(WireReader in) {
        return new ToolCallDelta(in.count(), in.text(), in.text(), in.text());
    }

    private static void writeCall(WireWriter out, ToolCall call) {
        out.text(call.id());
        out.text(call.name());
        out.text(call.arguments());
    }

    private static ToolCall readCall(WireReader in) {
        return new ToolCall(in.text(), in.text(), in.text());
    }
}
