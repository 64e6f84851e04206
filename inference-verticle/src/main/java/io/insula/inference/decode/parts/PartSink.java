package io.insula.inference.decode.parts;

/**
 * Takes the parts of an answer as they become certain.
 *
 * <p><b>Order:</b> that of the answer's text; a call's arguments come between its beginning and its end, and nothing else does.
 */
public interface PartSink {

    /** More of what is thought before the answer, without the tags around it. */
    void reasoning(String text);

    /** More of what everybody may read. */
    void content(String text);

    /**
     * A tool call whose name is known and whose arguments begin.
     *
     * @param name one of the tools that may be called
     */
    void callBegins(String name);

    /** More of the arguments' JSON text. */
    void arguments(String fragment);

    /**
     * The arguments end.
     *
     * @param whole whether their brackets match
     */
    void callEnds(boolean whole);
}
