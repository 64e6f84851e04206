package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {

    private static final TenantId A = new TenantId(new UUID(9, 1));
    private static final TenantId B = new TenantId(new UUID(9, 2));
    private static final int BLOCK = PrefixCache.BLOCK_TOKENS;

    private final HashingEngine engine = new HashingEngine(LetterTokenizer.VOCABULARY, 2, 1_000);

    @Test
    void aPromptFindsTheBlocksThatItSharesAndLeavesTwoTokensToCompute() {
        PrefixCache cache = new PrefixCache(engine, 10_000);
        int[] prompt = prompt(3 * BLOCK + 5, 1);
        assertThat(prefill(cache, A, prompt)).isZero();
        assertThat(prefill(cache, A, prompt)).isEqualTo(3 * BLOCK);
        for (int length : new int[] {BLOCK, BLOCK + 1, BLOCK + 2, 2 * BLOCK + 1, 2 * BLOCK + 2}) {
            assertThat(prefill(cache, A, Arrays.copyOf(prompt, length)))
                    .as("%d tokens", length)
                    .isEqualTo((length - 2) / BLOCK * BLOCK);
        }
        int[] other = prompt.clone();
        other[BLOCK + 7]++;
        assertThat(prefill(cache, A, other)).isEqualTo(BLOCK);
    }

    @Test
    void twoTenantsNeverShare() {
        PrefixCache cache = new PrefixCache(engine, 10_000);
        int[] prompt = prompt(200, 1);
        prefill(cache, A, prompt);
        assertThat(prefill(cache, B, prompt)).isZero();
        assertThat(cache.usedBytes()).isEqualTo(2L * 6 * BLOCK);
    }

    @Test
    void whatWasUsedLongAgoGoesFirstAndTheBeginningsOfOthersStay() {
        PrefixCache cache = new PrefixCache(engine, 6L * BLOCK);
        int[] shared = prompt(2 * BLOCK, 1);
        int[] first = join(shared, prompt(2 * BLOCK + 2, 2));
        int[] second = join(shared, prompt(2 * BLOCK + 2, 3));
        prefill(cache, A, first);
        prefill(cache, A, second);
        assertThat(cache.usedBytes()).isEqualTo(6L * BLOCK);
        prefill(cache, A, first);
        int[] third = prompt(2 * BLOCK + 2, 4);
        prefill(cache, A, third);
        assertThat(found(cache, A, third)).isEqualTo(2 * BLOCK);
        assertThat(found(cache, A, first)).isEqualTo(4 * BLOCK);
        assertThat(found(cache, A, second)).isEqualTo(2 * BLOCK);
        assertThat(cache.usedBytes()).isEqualTo(6L * BLOCK);
    }

    @Test
    void ofEquallyOldBlocksTheCheaperOnesGoFirst() {
        PrefixCache cache = new PrefixCache(engine, 10L * BLOCK);
        int[] deep = prompt(8 * BLOCK + 2, 1);
        int[] shallow = prompt(2 * BLOCK + 2, 2);
        prefill(cache, A, deep);
        prefill(cache, A, shallow);
        prefill(cache, A, prompt(BLOCK + 2, 3));
        assertThat(found(cache, A, deep)).isEqualTo(8 * BLOCK);
        assertThat(found(cache, A, shallow)).isEqualTo(BLOCK);
    }

    @Test
    void blocksThatAPromptInProgressStandsOnAreNeverEvicted() {
        PrefixCache cache = new PrefixCache(engine, 3L * BLOCK);
        int[] held = prompt(2 * BLOCK + 2, 1);
        prefill(cache, A, held);
        try (PrefixLease lease = cache.lease(A, held)) {
            assertThat(prefill(cache, B, prompt(5 * BLOCK, 2))).isZero();
            assertThat(found(cache, B, prompt(5 * BLOCK, 2)))
                    .as("what had room")
                    .isEqualTo(BLOCK);
            engine.clear(0);
            lease.load(0);
            assertThat(engine.length(0)).isEqualTo(2 * BLOCK);
        }
    }

    @Test
    void aBudgetOfLessThanABlockKeepsNothing() {
        PrefixCache cache = new PrefixCache(engine, BLOCK - 1);
        int[] prompt = prompt(200, 1);
        prefill(cache, A, prompt);
        assertThat(prefill(cache, A, prompt)).isZero();
        assertThat(cache.usedBytes()).isZero();
        assertThat(engine.openBlocks()).isZero();
    }

    @Test
    void whateverIsAskedItFindsOnlyWhatItWasGivenWithinItsBudget() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            long budget = (1 + random.nextInt(20)) * (long) BLOCK;
            PrefixCache cache = new PrefixCache(engine, budget);
            List<PrefixLease> leases = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                TenantId tenant = random.nextBoolean() ? A : B;
                int[] prompt =
                        join(prompt(BLOCK * random.nextInt(4), random.nextInt(3)), prompt(random.nextInt(90), i % 7));
                if (prompt.length > 0) {
                    prefill(cache, tenant, prompt);
                    if (random.nextInt(9) == 0) {
                        leases.add(cache.lease(tenant, prompt));
                    }
                }
                if (leases.size() > 3) {
                    leases.remove(random.nextInt(leases.size())).close();
                }
                assertThat(cache.usedBytes())
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(budget)
                        .isEqualTo(engine.openBlocks() * (long) BLOCK);
            }
            leases.forEach(PrefixLease::close);
            cache.close();
            assertThat(engine.openBlocks()).as("seed %d", seed).isZero();
        }
    }

    /** Prefills as the scheduler does; returns how much was known, after a look that it is what the prompt begins with. */
    private int prefill(PrefixCache cache, TenantId tenant, int[] prompt) {
        engine.clear(0);
        engine.clear(1);
        try (PrefixLease lease = cache.lease(tenant, prompt)) {
            int known = lease.tokens();
            lease.load(0);
            engine.prefill(0, prompt, known, prompt.length - known);
            if (prompt.length > 1) {
                float[] logits = logits();
                engine.prefill(1, prompt, 0, prompt.length);
                assertThat(logits()).isEqualTo(logits);
            }
            lease.extend(prompt, prompt.length, 0);
            return known;
        }
    }

    private float[] logits() {
        return engine.prefillLogits().row(0);
    }

    private static int found(PrefixCache cache, TenantId tenant, int[] prompt) {
        try (PrefixLease lease = cache.lease(tenant, prompt)) {
            return lease.tokens();
        }
    }

    private static int[] prompt(int length, long seed) {
        return new Random(seed).ints(length, 1, LetterTokenizer.VOCABULARY).toArray();
    }

    private static int[] join(int[] one, int[] other) {
        int[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
