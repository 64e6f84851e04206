package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses what follows a value: attributes, subscripts, calls, filters and tests. */
final class PostfixParser {

    private static final int MAX_CHAIN = 64;
    private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and", "if", "in", "is", "not");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final PrimaryParser primaries;

    PostfixParser(TokenStream tokens, ExpressionParser expressions, PrimaryParser primaries) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.primaries = primaries;
    }

    /** Attributes, subscripts and calls, which bind closer than any operator. */
    Expression parsePostfix(Expression start) {
        Expression value = start;
        for (int links = 0; ; links++) {
            Token at = tokens.peek();
            checkChain(at, links);
            if (tokens.skipOperator(".")) {
                value = parseAttribute(at, value);
            } else if (tokens.skipOperator("[")) {
                value = parseSubscript(at, value);
            } else if (at.isOperator("(")) {
                value = call(at, value, parseArguments());
            } else {
                return value;
            }
        }
    }

    private void checkChain(Token at, int links) {
        if (links > MAX_CHAIN) {
            throw tokens.error(at, "more than " + MAX_CHAIN + " attributes, calls or filters in a row");
        }
    }

    private Expression parseAttribute(Token at, Expression value) {
        Token name = tokens.next();
        if (name.kind() == Kind.INTEGER) {
            Value index = primaries.number(name);
            return tokens.at(at, run -> Operations.item(value.evaluate(run), index));
        }
        if (name.kind() != Kind.NAME) {
            throw tokens.error(name, "unexpected '" + name.text() + "' (expected: an attribute's name)");
        }
        return tokens.at(at, run -> Operations.attribute(value.evaluate(run), name.text()));
    }

    private Expression parseSubscript(Token at, Expression value) {
        Expression none = run -> None.NONE;
        Expression start = tokens.peek().isOperator(":") ? none : expressions.parseTuple();
        if (tokens.skipOperator("]")) {
            return tokens.at(at, run -> Operations.item(value.evaluate(run), start.evaluate(run)));
        }
        tokens.expectOperator(":");
        Expression stop = tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? none : expressions.parse();
        Expression step = tokens.skipOperator(":") && !tokens.peek().isOperator("]") ? expressions.parse() : none;
        tokens.expectOperator("]");
        return tokens.at(
                at,
                run -> Operations.slice(
                        run, value.evaluate(run), start.evaluate(run), stop.evaluate(run), step.evaluate(run)));
    }

    private Expression call(Token at, Expression function, ArgumentList arguments) {
        return tokens.at(at, run -> {
            Value callee = Operations.defined(function.evaluate(run));
            if (callee instanceof Callable callable) {
                return callable.call(run, arguments.evaluate(run));
            }
            throw new TemplateFault(Operations.kind(callee) + " is not callable");
        });
    }

    /** The arguments of a call, with their parentheses. */
    ArgumentList parseArguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.peek(1).isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, expressions.parse());
            } else if (named.isEmpty()) {
                positional.add(expressions.parse());
            } else {
                throw tokens.unexpected("an argument with a name");
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new ArgumentList(positional, named);
    }

    /** Filters and tests, which bind less close than a sign. */
    Expression parseFilters(Expression start) {
        Expression value = start;
        for (int links = 0; ; links++) {
            Token at = tokens.peek();
            checkChain(at, links);
            if (tokens.skipOperator("|")) {
                value = parseFilter(value);
            } else if (tokens.skipName("is")) {
                value = parseTest(value);
            } else if (at.isOperator("(")) {
                value = call(at, value, parseArguments());
            } else {
                return value;
            }
        }
    }

    /** A filter's name and arguments, applied to a value. */
    Expression parseFilter(Expression value) {
        Token name = tokens.expect(Kind.NAME, "a filter's name");
        Filters.Filter filter = tokens.located(name, () -> Filters.require(name.text()));
        ArgumentList arguments = tokens.peek().isOperator("(") ? parseArguments() : ArgumentList.NONE;
        return tokens.at(name, run -> filter.apply(run, value.evaluate(run), arguments.evaluate(run)));
    }

    private Expression parseTest(Expression value) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Kind.NAME, "a test's name");
        ValueTests.ValueTest test = tokens.located(name, () -> ValueTests.require(name.text()));
        ArgumentList arguments;
        if (tokens.peek().isOperator("(")) {
            arguments = parseArguments();
        } else if (beginsTestArgument(tokens.peek())) {
            arguments = new ArgumentList(List.of(parsePostfix(primaries.parsePrimary())), Map.of());
        } else {
            arguments = ArgumentList.NONE;
        }
        return tokens.at(name, run -> {
            Value tested = value.evaluate(run);
            run.charge(Value.weight(tested));
            return Bool.of(test.holds(tested, arguments.evaluate(run)) != negated);
        });
    }

    private static boolean beginsTestArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !NO_TEST_ARGUMENT.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }
}
