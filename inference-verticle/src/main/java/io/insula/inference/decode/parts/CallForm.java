package io.insula.inference.decode.parts;

/**
 * The fixed texts of an answer of tool calls: {@code opening call (separator call)* closing}, where a call is
 * {@code beforeName name beforeArguments arguments afterArguments}.
 *
 * @param opening before the first call
 * @param beforeName before each name
 * @param beforeArguments between a name and its arguments, a JSON object
 * @param afterArguments after the arguments
 * @param separator between two calls
 * @param closing after the last call
 * @param tag where calls stand behind text, what they have to follow, unless they begin the answer; empty where their beginning
 *     shows it anywhere
 */
public record CallForm(
        String opening,
        String beforeName,
        String beforeArguments,
        String afterArguments,
        String separator,
        String closing,
        String tag) {}
