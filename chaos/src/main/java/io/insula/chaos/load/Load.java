package io.insula.chaos.load;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Many clients that ask one question after another, as long as it takes.
 *
 * <p><b>Thread:</b> each client is a virtual thread; the methods are safe on any.
 */
public final class Load implements AutoCloseable {

    private final Asker asker;
    private final Account account;
    private final List<Question> questions;
    private final int most;
    private final AtomicInteger next = new AtomicInteger();
    private final ConcurrentLinkedQueue<Reply> replies = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean ending;

    private Load(Asker asker, Account account, List<Question> questions, int most) {
        this.asker = asker;
        this.account = account;
        this.questions = questions;
        this.most = most;
    }

    /** Asks every question once; begins at once. */
    public static Load once(Asker asker, Account account, List<Question> questions, int streams) {
        return new Load(asker, account, questions, questions.size()).begin(streams);
    }

    /** Asks the questions in turn until it is told to end; begins at once. */
    public static Load endless(Asker asker, Account account, List<Question> questions, int streams) {
        return new Load(asker, account, questions, Integer.MAX_VALUE).begin(streams);
    }

    private Load begin(int streams) {
        for (int i = 0; i < streams; i++) {
            clients.execute(this::client);
        }
        clients.shutdown();
        return this;
    }

    private void client() {
        try {
            for (int number = next.getAndIncrement(); !ending && number < most; number = next.getAndIncrement()) {
                Question question = questions.get(number % questions.size());
                int pass = number / questions.size();
                replies.add(asker.ask(question, pass, account, number));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Answers so far. */
    public int answered() {
        return replies.size();
    }

    /** Lets every client end with the question that it is at. */
    public void end() {
        ending = true;
    }

    /** Waits for the last answer; every question has its own limit of time. */
    public List<Reply> await() throws InterruptedException {
        if (!clients.awaitTermination(5, TimeUnit.MINUTES)) {
            throw new BrokenAnswerException("Clients do not end.");
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new BrokenAnswerException("A client failed: " + first.getMessage());
        }
        return List.copyOf(replies);
    }

    @Override
    public void close() {
        ending = true;
        clients.shutdownNow();
    }
}
