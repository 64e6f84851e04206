package io.insula.api.http;

import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerPart;
import io.insula.api.openai.AnswerWriter;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.ToolCallDelta;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What one choice of a stream has yet to tell its client: merged while the client takes nothing, told in pieces and in
 * the order in which it came.
 *
 * <p><b>Thread:</b> the event loop of the response.
 */
final class PendingChoice {

    /** How much goes into one event: a reader that is slow but reads is seen to take something. */
    static final int MAX_PIECE_CHARS = 16 << 10;

    private static final AnswerPart TEXT = new AnswerPart.Text();
    private static final AnswerPart REASONING = new AnswerPart.Reasoning();

    private final int index;
    private final Deque<PendingPiece> pieces = new ArrayDeque<>();
    private AnswerPart latest = TEXT;
    private @Nullable FinishReason finish;
    private boolean roleWritten;
    private boolean finishWritten;

    PendingChoice(int index) {
        this.index = index;
    }

    void append(StreamDelta delta) {
        append(REASONING, delta.reasoning());
        append(TEXT, delta.text());
        for (ToolCallDelta call : delta.toolCalls()) {
            if (call.starts()) {
                pieces.add(new PendingPiece(new AnswerPart.CallStart(call.index(), call.id(), call.name())));
                latest = new AnswerPart.CallArguments(call.index());
            } else {
                append(new AnswerPart.CallArguments(call.index()), call.arguments());
            }
        }
        if (!delta.scores().isEmpty()) {
            if (pieces.isEmpty()) {
                pieces.add(new PendingPiece(latest));
            }
            pieces.getLast().append(delta.scores());
            dropTold();
        }
        if (delta.finish() != null) {
            finish = delta.finish();
        }
    }

    boolean isEmpty() {
        return pieces.isEmpty() && (finish == null || finishWritten);
    }

    /** Roughly how many characters are to be told. */
    long chars() {
        long chars = 0;
        for (PendingPiece piece : pieces) {
            chars += piece.chars();
        }
        return chars;
    }

    /** The role chunk once, then pieces, and the finish chunk once nothing else is left. */
    void write(JsonBytes out, AnswerWriter writer) {
        if (!roleWritten) {
            roleWritten = true;
            PendingPiece first = pieces.peekFirst();
            writer.role(out, index, first != null && first.part() instanceof AnswerPart.CallStart);
        }
        int room = MAX_PIECE_CHARS;
        while (!pieces.isEmpty()) {
            int written = pieces.getFirst().write(out, writer, index, room);
            if (written == 0) {
                return;
            }
            room -= written;
            dropTold();
        }
        if (finish != null && !finishWritten) {
            finishWritten = true;
            writer.finish(out, index, finish);
        }
    }

    private void append(AnswerPart part, String text) {
        if (text.isEmpty()) {
            return;
        }
        PendingPiece last = pieces.peekLast();
        if (last == null || !last.part().equals(part)) {
            last = new PendingPiece(part);
            pieces.add(last);
        }
        last.append(text);
        latest = part;
    }

    private void dropTold() {
        while (!pieces.isEmpty() && pieces.getFirst().isTold()) {
            pieces.removeFirst();
        }
    }
}
