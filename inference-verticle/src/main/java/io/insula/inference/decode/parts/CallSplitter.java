package io.insula.inference.decode.parts;

import java.util.Set;

/**
 * Takes tool calls out of an answer's text.
 *
 * <p>White space around calls belongs to no part. What begins like a call and turns out to be none is content, from its first
 * character; a call's arguments are let out as they come, from the moment that its name is known.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
final class CallSplitter {

    private final ToolSyntax syntax;
    private final Set<String> names;
    /** What a call has to begin with, behind the tag. */
    private final String heading;

    private final PartSink sink;
    private final CallBlock block;
    /** What may yet be text: in content white space and a part of the tag, in a block all since its last call. */
    private final StringBuilder held = new StringBuilder();

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder fragment = new StringBuilder();
    private boolean textAlone;
    private boolean callsAlone;
    private boolean inBlock;
    private boolean inCall;
    /** Whether a call has begun. */
    private boolean called;
    /** Whether the arguments are complete and what stands around them is not. */
    private boolean ended;
    /** Whether white space is dropped, since a call stands before it. */
    private boolean behindCall;
    /** Whether there was nothing but white space. */
    private boolean untouched = true;

    private int matched;
    private int headed;

    CallSplitter(CallRules rules, PartSink sink) {
        this.syntax = rules.syntax();
        this.names = rules.names();
        this.callsAlone = rules.held() == CallRules.Held.ANSWER;
        this.heading = rules.held() == CallRules.Held.FREE ? "" : syntax.heading();
        this.sink = sink;
        this.block = syntax.block(new Found());
    }

    void accept(String text) {
        for (int at = 0; at < text.length(); at++) {
            next(text.charAt(at));
        }
        tell();
    }

    /** The answer ends. */
    void flush() {
        boolean syntaxAlone = callsAlone || (inBlock && (ended || block.between()));
        if (!syntaxAlone) {
            content.append(held);
        }
        held.setLength(0);
        tell();
    }

    boolean called() {
        return called;
    }

    /** No call begins from now on; ignored when one has. */
    void textAlone() {
        if (!called && !textAlone) {
            textAlone = true;
            inBlock = false;
            release();
            tell();
        }
    }

    /** What is held at the end is never content from now on. */
    void callsAlone() {
        callsAlone = true;
    }

    private void next(char next) {
        if (textAlone) {
            content.append(next);
        } else if (inBlock) {
            inBlock(next);
        } else {
            inContent(next);
        }
    }

    private void inContent(char next) {
        int longer = syntax.tag().after(matched, next);
        if (longer == 0 && matched > 0) {
            release();
            longer = syntax.tag().after(0, next);
        }
        matched = longer;
        if (matched > 0) {
            held.append(next);
            if (syntax.tag().complete(matched)) {
                enterBlock();
            }
        } else if (Character.isWhitespace(next)) {
            if (!behindCall) {
                held.append(next);
            }
        } else if (next == '{' && untouched && syntax.bare()) {
            enterBlock();
            inBlock(next);
        } else {
            held.append(next);
            release();
        }
    }

    private void enterBlock() {
        inBlock = true;
        matched = 0;
        headed = 0;
        untouched = false;
        block.begin();
    }

    private void inBlock(char next) {
        if (!inCall) {
            held.append(next);
        }
        switch (read(next)) {
            case MORE -> {}
            case DONE -> leaveBlock();
            case LEFT -> {
                String behind = held.toString();
                leaveBlock();
                behind.chars().forEach(character -> next((char) character));
            }
            case BROKEN -> {
                held.setLength(Math.max(0, held.length() - 1));
                String behind = trailingSpace(held);
                held.setLength(held.length() - behind.length());
                release();
                inBlock = false;
                // The character may be the first one of a tag.
                held.append(behind);
                inContent(next);
            }
        }
    }

    private CallBlock.Step read(char next) {
        if (headed < heading.length() && heading.charAt(headed++) != next) {
            return CallBlock.Step.BROKEN;
        }
        return block.accept(next);
    }

    private static String trailingSpace(StringBuilder text) {
        int from = text.length();
        while (from > 0 && Character.isWhitespace(text.charAt(from - 1))) {
            from--;
        }
        return text.substring(from);
    }

    private void leaveBlock() {
        inBlock = false;
        behindCall = true;
        held.setLength(0);
    }

    private void release() {
        content.append(held);
        held.setLength(0);
        behindCall = false;
        untouched = false;
        ended = false;
    }

    private void tell() {
        if (!content.isEmpty()) {
            sink.content(content.toString());
            content.setLength(0);
        }
        if (!fragment.isEmpty()) {
            sink.arguments(fragment.toString());
            fragment.setLength(0);
        }
    }

    /** What the block finds. */
    private final class Found implements CallSink {

        @Override
        public boolean known(String name) {
            return names.contains(name);
        }

        @Override
        public void begins(String name) {
            tell();
            inCall = true;
            called = true;
            held.setLength(0);
            sink.callBegins(name);
        }

        @Override
        public void argument(char next) {
            fragment.append(next);
        }

        @Override
        public void ends(boolean whole) {
            tell();
            inCall = false;
            ended = true;
            sink.callEnds(whole);
        }

        @Override
        public void closed() {
            ended = false;
            held.setLength(0);
        }
    }
}
