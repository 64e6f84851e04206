package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Filters.Filter;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.None;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters of text. */
final class TextFilters {

    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private TextFilters() {}

    static void addTo(Map<String, Filter> all) {
        all.put("trim", onText((text, arguments) -> TextMethods.strip(text, arguments, true, true)));
        all.put("upper", onText((text, arguments) -> TextMethods.upper(text)));
        all.put("lower", onText((text, arguments) -> TextMethods.lower(text)));
        all.put("capitalize", onText((text, arguments) -> TextMethods.capitalize(text)));
        all.put("title", onText((text, arguments) -> title(text)));
        all.put("string", onText((text, arguments) -> text));
        all.put("safe", onText((text, arguments) -> text.markup(true)));
        all.put("escape", onText((text, arguments) -> text.escaped()));
        all.put("e", onText((text, arguments) -> text.escaped()));
        all.put("forceescape", onText((text, arguments) -> text.markup(false).escaped()));
        all.put("indent", onText(TextFilters::indent));
        all.put(
                "center",
                onText((text, arguments) ->
                        TextMethods.centred(text, TextMethods.width(arguments.getInt(0, "width", 80)), " ")));
        all.put("truncate", onText(TextFilters::truncate));
        all.put("urlencode", onText((text, arguments) -> text.map(TextFilters::urlEncoded)));
        all.put("replace", onText(TextFilters::replace));
        all.put("wordcount", (run, value, arguments) -> {
            run.charge(Value.weight(value));
            return new Int(WORD.matcher(Printer.str(value).chars()).results().count());
        });
        all.put("format", (run, value, arguments) -> {
            Value given = arguments.named().isEmpty()
                    ? new Value.Sequence(arguments.positional(), true)
                    : Value.template(arguments.named());
            return PercentFormat.format(run, Printer.str(value), given);
        });
        all.put("tojson", (run, value, arguments) -> {
            run.charge(Value.weight(value));
            Text json = JsonPrinter.of(arguments).print(value);
            run.charge(json.chars().length());
            return json;
        });
    }

    @FunctionalInterface
    private interface TextFilter {
        Text apply(Text text, Arguments arguments);
    }

    private static Filter onText(TextFilter filter) {
        return (run, value, arguments) -> {
            Text text = Printer.str(value);
            run.charge(text.chars().length());
            Text result = filter.apply(text, arguments);
            run.charge(result.chars().length());
            return result;
        };
    }

    private static Text replace(Text text, Arguments arguments) {
        return text.markup(false)
                .replace(
                        Printer.str(arguments.require(0, "old")).chars(),
                        Printer.str(arguments.require(1, "new")).markup(false),
                        TextMethods.limit(arguments.getInt(2, "count", -1)));
    }

    private static Text indent(Text text, Arguments arguments) {
        Value width = arguments.get(0, "width", new Int(4));
        Text prefix = width instanceof Text given
                ? given
                : Text.template(" ".repeat(Math.clamp(Operations.toInt(width, "width"), 0, 64)));
        boolean first = arguments.getBool(1, "first", false);
        boolean blank = arguments.getBool(2, "blank", false);
        Text.Builder indented = new Text.Builder();
        List<Text> lines = TextCuts.lines(text.plus(Text.template("\n")), false);
        for (int i = 0; i < lines.size(); i++) {
            indented.append(i == 0 ? "" : "\n");
            if (i == 0 ? first : blank || !lines.get(i).isEmpty()) {
                indented.append(prefix);
            }
            indented.append(lines.get(i));
        }
        return indented.build().markup(text.isMarkup());
    }

    private static Text truncate(Text text, Arguments arguments) {
        int length = arguments.getInt(0, "length", 255);
        Text end = Printer.str(arguments.get(2, "end", Text.template("...")));
        int leeway = arguments.get(3, "leeway", None.NONE) == None.NONE ? 5 : arguments.getInt(3, "leeway", 5);
        if (length < end.length() || leeway < 0) {
            throw new TemplateFault("truncate: length " + length + ", leeway " + leeway + " (expected: at least "
                    + end.length() + " and 0)");
        }
        if (text.length() <= (long) length + leeway) {
            return text;
        }
        Text kept = text.slice(0, text.chars().offsetByCodePoints(0, length - end.length()));
        int space = kept.chars().lastIndexOf(' ');
        boolean whole = arguments.getBool(1, "killwords", false) || space < 0;
        return (whole ? kept : kept.slice(0, space)).plus(end);
    }

    private static @Nullable String urlEncoded(int character) {
        if (character == '/' || character == '~') {
            return null;
        }
        String text = Character.toString(character);
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8);
        if (encoded.equals("+")) {
            return "%20";
        }
        return character == '*' ? "%2A" : encoded;
    }

    /** Jinja's own rule, unlike that of Python's {@code str.title}: a word begins after space, a hyphen or an opening bracket. */
    private static Text title(Text text) {
        Text.Builder titled = new Text.Builder();
        boolean begins = true;
        for (Text character : text.codePoints()) {
            int code = character.chars().codePointAt(0);
            boolean between = Text.isSpace(code) || "-({[<".indexOf(code) >= 0;
            titled.append(begins && !between ? TextMethods.upper(character) : TextMethods.lower(character));
            begins = between;
        }
        return titled.build();
    }
}
