package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses what an expression begins with: names, literals, lists, dicts and parentheses. */
final class PrimaryParser {

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    PrimaryParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expression parsePrimary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME ->
                switch (token.text()) {
                    case "true", "True" -> run -> Bool.TRUE;
                    case "false", "False" -> run -> Bool.FALSE;
                    case "none", "None" -> run -> None.NONE;
                    default -> parseName(token);
                };
            case STRING -> {
                StringBuilder joined = new StringBuilder(token.text());
                while (tokens.peek().kind() == Kind.STRING) {
                    joined.append(tokens.next().text());
                }
                Text text = Text.template(joined.toString());
                yield run -> text;
            }
            case INTEGER, FLOAT -> {
                Value number = number(token);
                yield run -> number;
            }
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parseParenthesis();
                    case "[" -> parseList();
                    case "{" -> parseDict();
                    default -> throw unexpected(token);
                };
            default -> throw unexpected(token);
        };
    }

    private Expression parseName(Token token) {
        String name = token.text();
        tokens.read(name);
        return tokens.at(token, run -> run.scope().get(name));
    }

    private TemplateException unexpected(Token token) {
        return tokens.error(token, "unexpected '" + token.text() + "' (expected: an expression)");
    }

    /** An integer or a decimal number. */
    Value number(Token token) {
        try {
            return token.kind() == Kind.FLOAT
                    ? new Real(Double.parseDouble(token.text()))
                    : new Int(Long.parseLong(token.text()));
        } catch (NumberFormatException e) {
            throw tokens.error(token, "a number of more than 64 bits");
        }
    }

    private Expression parseParenthesis() {
        if (tokens.skipOperator(")")) {
            Sequence empty = new Sequence(List.of(), true);
            return run -> empty;
        }
        Expression value = expressions.parseTuple();
        tokens.expectOperator(")");
        return value;
    }

    private Expression parseList() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            items.add(expressions.parse());
            if (!tokens.peek().isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return run -> Sequence.list(Expression.evaluateAll(run, items));
    }

    private Expression parseDict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(expressions.parse());
            tokens.expectOperator(":");
            values.add(expressions.parse());
            if (!tokens.peek().isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return run -> {
            Map<Value, Value> entries = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                entries.put(keys.get(i).evaluate(run), values.get(i).evaluate(run));
            }
            return new Mapping(entries);
        };
    }
}
