package io.insula.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.insula.inference.grammar.automaton.Spelling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The texts of a JSON value: without white space, strings and numbers in their shortest form, members in every order. */
final class Instances {

    private static final int MOST = 800;

    private Instances() {}

    static List<String> texts(JsonNode value) {
        List<String> texts = new ArrayList<>();
        if (value.isObject()) {
            List<String> names = new ArrayList<>();
            value.fieldNames().forEachRemaining(names::add);
            members(value, names, "", texts);
        } else if (value.isArray()) {
            List<String> begun = List.of("");
            for (JsonNode item : value) {
                List<String> longer = new ArrayList<>();
                for (String begin : begun) {
                    for (String text : texts(item)) {
                        if (longer.size() < MOST) {
                            longer.add(begin + (begin.isEmpty() ? "" : ",") + text);
                        }
                    }
                }
                begun = longer;
            }
            begun.forEach(inside -> texts.add("[" + inside + "]"));
        } else if (value.isTextual()) {
            texts.add(quoted(value.textValue()));
        } else if (value.isNumber()) {
            texts.add(
                    value.decimalValue().signum() == 0
                            ? "0"
                            : value.decimalValue().stripTrailingZeros().toPlainString());
        } else {
            texts.add(value.toString());
        }
        return texts;
    }

    private static void members(JsonNode value, List<String> left, String begin, List<String> texts) {
        if (left.isEmpty()) {
            texts.add("{" + begin + "}");
        }
        for (String name : left) {
            List<String> rest = new ArrayList<>(left);
            rest.remove(name);
            for (String text : texts(value.get(name))) {
                if (texts.size() < MOST) {
                    members(value, rest, begin + (begin.isEmpty() ? "" : ",") + quoted(name) + ":" + text, texts);
                }
            }
        }
    }

    private static String quoted(String text) {
        return '"' + new String(Spelling.JSON.bytes(text), StandardCharsets.UTF_8) + '"';
    }
}
