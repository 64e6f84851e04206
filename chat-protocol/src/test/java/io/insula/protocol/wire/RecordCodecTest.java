package io.insula.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RecordCodecTest {

    private static final int ROUNDS = 300;

    @Test
    void everyRecordComesBackAsItWas() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            List<Object> messages = new RandomMessages(seed).oneOfEach();
            for (int i = 0; i < messages.size(); i++) {
                Object message = messages.get(i);
                assertThat(decode(ProtocolCodecs.NEWEST.get(i), encode(i, message)))
                        .as("seed %d", seed)
                        .isEqualTo(message);
            }
        }
    }

    @Test
    void everyRecordComesBackAsItWasInEarlierLayouts() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            List<Object> messages = new RandomMessages(seed).oneOfEachEarlier();
            for (int i = 0; i < messages.size(); i++) {
                RecordCodec<?> codec = ProtocolCodecs.EARLIER.get(i);
                assertThat(decode(codec, encode(codec, messages.get(i))))
                        .as("%s, seed %d", codec.name(), seed)
                        .isEqualTo(messages.get(i));
            }
        }
    }

    @Test
    void whatAnEarlierVersionDoesNotKnowIsRefusedInItsLayout() {
        byte[] handedOver = encode(
                ProtocolCodecs.FRAME_BATCH,
                new FrameBatch(
                        new NodeId("n"),
                        List.of(new StreamEnd(
                                new RequestId(new UUID(1, 2)),
                                0,
                                0,
                                Outcome.HANDED_OVER,
                                null,
                                new Usage(0, 0, 0),
                                new Timings(0, 0, 0)))));
        handedOver[0] = 2;
        assertThatThrownBy(() -> decode(ProtocolCodecs.FRAME_BATCH_2, handedOver))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("outcome: 4 (expected: 0..3)");
    }

    @Test
    void aMessageIsReadFromWhereItStartsInTheBuffer() {
        Object message = new RandomMessages(1).command();
        Buffer framed = Buffer.buffer("head").appendBytes(encode(0, message));
        assertThat(ProtocolCodecs.GENERATE_COMMAND.decodeFromWire(4, framed)).isEqualTo(message);
    }

    @Test
    void aLongConversationAndALongResumeComeBackAsTheyWere() {
        GenerateCommand small = new RandomMessages(2).command();
        GenerateCommand large = small.but()
                .messages(Collections.nCopies(5_000, new ChatMessage("user", "é😀".repeat(100))))
                .output(OutputOptions.TEXT)
                .attempt(
                        1,
                        List.of(TokenIds.of(
                                new Random(2).ints(100_000, 0, 200_000).toArray())))
                .build();
        assertThat(decode(ProtocolCodecs.GENERATE_COMMAND, encode(0, large))).isEqualTo(large);
    }

    @Test
    void aLoneSurrogateBecomesAQuestionMarkRatherThanABrokenMessage() {
        GenerateCommand good = new RandomMessages(3).command();
        GenerateCommand broken = good.but()
                .messages(List.of(new ChatMessage("user", "a\uD800b")))
                .build();
        GenerateCommand read = ProtocolCodecs.GENERATE_COMMAND.decodeFromWire(0, Buffer.buffer(encode(0, broken)));
        assertThat(read.messages()).containsExactly(new ChatMessage("user", "a?b"));
    }

    @Test
    void everyTruncationIsRefused() {
        for (long seed = 0; seed < 10; seed++) {
            List<Object> messages = new RandomMessages(seed).oneOfEach();
            for (int i = 0; i < messages.size(); i++) {
                byte[] whole = encode(i, messages.get(i));
                for (int length = 0; length < whole.length; length++) {
                    byte[] cut = Arrays.copyOf(whole, length);
                    RecordCodec<?> codec = ProtocolCodecs.NEWEST.get(i);
                    assertThatThrownBy(() -> decode(codec, cut))
                            .as("%s, seed %d, %d of %d bytes", codec.name(), seed, length, whole.length)
                            .isInstanceOf(MalformedMessageException.class);
                }
            }
        }
    }

    @Test
    void aByteTooManyIsRefused() {
        List<Object> messages = new RandomMessages(4).oneOfEach();
        for (int i = 0; i < messages.size(); i++) {
            byte[] longer = Buffer.buffer(encode(i, messages.get(i)))
                    .appendByte((byte) 0)
                    .getBytes();
            RecordCodec<?> codec = ProtocolCodecs.NEWEST.get(i);
            assertThatThrownBy(() -> decode(codec, longer))
                    .as(codec.name())
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessageContaining("after the message's end");
        }
    }

    @Test
    @Timeout(60)
    void brokenBytesGiveMalformedMessagesOnlyAndTakeLittleMemory() {
        for (long seed = 0; seed < 4_000; seed++) {
            Random random = new Random(seed);
            List<Object> messages = new RandomMessages(seed % 50).oneOfEach();
            int kind = random.nextInt(messages.size());
            byte[] bytes = encode(kind, messages.get(kind));
            switch (random.nextInt(3)) {
                case 0 -> random.nextBytes(bytes);
                case 1 -> flipBits(bytes, 1 + random.nextInt(8), random);
                default -> {
                    random.nextBytes(bytes);
                    bytes[0] = (byte) ProtocolCodecs.NEWEST.get(kind).version();
                }
            }
            decodeWithinBounds(ProtocolCodecs.NEWEST.get(kind), bytes, seed);
        }
    }

    @Test
    void anAnnouncedLengthThatIsNotThereIsNeverAllocated() {
        byte[] accused = Buffer.buffer()
                .appendByte((byte) ProtocolCodecs.VERSION)
                .appendByte((byte) 1)
                .appendByte((byte) 'n')
                .appendBytes(new byte[] {-1, -1, -1, -1, 7})
                .getBytes();
        decodeWithinBounds(ProtocolCodecs.FRAME_BATCH, accused, 0);
    }

    @Test
    void aCommandOfAnotherVersionIsRefusedAndAStatusIsReadAsFarAsItIsKnown() {
        RandomMessages messages = new RandomMessages(5);
        byte[] command = encode(0, messages.command());
        command[0] = 4;
        assertThatThrownBy(() -> decode(ProtocolCodecs.GENERATE_COMMAND, command))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 4 (expected: 3)");
        command[0] = 2;
        assertThatThrownBy(() -> decode(ProtocolCodecs.GENERATE_COMMAND, command))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 2 (expected: 3)");

        ApiStatus status = messages.apiStatus();
        byte[] newer =
                Buffer.buffer(encode(6, status)).appendString("new field").getBytes();
        newer[0] = 4;
        assertThat(decode(ProtocolCodecs.API_STATUS, newer)).isEqualTo(status);
        byte[] older = encode(6, status);
        older[0] = 1;
        assertThat(decode(ProtocolCodecs.API_STATUS, older))
                .isEqualTo(new ApiStatus(status.node(), status.newestVersion(), status.leaving()));
    }

    @Test
    void versionNullIsNoVersion() {
        byte[] status = encode(6, new RandomMessages(6).apiStatus());
        status[0] = 0;
        assertThatThrownBy(() -> decode(ProtocolCodecs.API_STATUS, status))
                .isInstanceOf(MalformedMessageException.class);
    }

    private static void decodeWithinBounds(RecordCodec<?> codec, byte[] bytes, long seed) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try {
            assertThat(decode(codec, bytes)).isNotNull();
        } catch (MalformedMessageException expected) {
            assertThat(expected).hasMessageStartingWith(codec.type().getSimpleName());
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // Room for assertions, messages and class loading; a believed length would take hundreds of megabytes.
        assertThat(allocated).as("%s, seed %d", codec.name(), seed).isLessThan(16_000_000L);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    private static void flipBits(byte[] bytes, int flips, Random random) {
        for (int i = 0; i < flips; i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private static byte[] encode(int kind, Object message) {
        return encode(ProtocolCodecs.NEWEST.get(kind), message);
    }

    private static byte[] encode(RecordCodec<?> codec, Object message) {
        Buffer buffer = Buffer.buffer();
        encodeUnchecked(codec, buffer, message);
        return buffer.getBytes();
    }

    @SuppressWarnings("unchecked") // the caller pairs codecs and messages by their index
    private static <T> void encodeUnchecked(RecordCodec<T> codec, Buffer buffer, Object message) {
        codec.encodeToWire(buffer, (T) message);
    }

    private static Object decode(RecordCodec<?> codec, byte[] bytes) {
        return codec.decodeFromWire(0, Buffer.buffer(bytes));
    }
}
