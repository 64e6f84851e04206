package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Real;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses expressions with Jinja's precedence, into closures that evaluate them. */
final class ExpressionParser {

    private static final int MAX_CHAIN = 64;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and", "if", "in", "is", "not");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between them: a tuple. */
    Expression parseTuple() {
        return parseTuple(true);
    }

    /** As {@link #parseTuple()}; without a conditional, for a loop whose filter begins with {@code if}. */
    Expression parseTuple(boolean conditional) {
        Expression first = conditional ? parse() : parseOr();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (endsTuple(tokens.peek())) {
                break;
            }
            items.add(conditional ? parse() : parseOr());
        }
        return run -> new Sequence(evaluateAll(run, items), true);
    }

    private static boolean endsTuple(Token token) {
        return token.kind() == Kind.BLOCK_END
                || token.kind() == Kind.VARIABLE_END
                || token.isOperator(")")
                || token.isName("in");
    }

    Expression parse() {
        tokens.enter();
        Expression value = parseOr();
        while (tokens.skipName("if")) {
            Expression test = parseOr();
            Expression chosen = value;
            if (tokens.skipName("else")) {
                Expression other = parse();
                value = run -> (Operations.truth(test.evaluate(run)) ? chosen : other).evaluate(run);
            } else {
                Undefined missing = new Undefined("the inline if-expression evaluated to false and has no else");
                value = run -> Operations.truth(test.evaluate(run)) ? chosen.evaluate(run) : missing;
            }
        }
        tokens.leave();
        return value;
    }

    private Expression parseOr() {
        return parseLogic("or", true);
    }

    private Expression parseLogic(String operator, boolean decisive) {
        boolean or = decisive;
        List<Expression> operands = new ArrayList<>();
        do {
            operands.add(or ? parseLogic("and", false) : parseNot());
        } while (tokens.skipName(operator));
        if (operands.size() == 1) {
            return operands.getFirst();
        }
        return run -> {
            Value value = operands.getFirst().evaluate(run);
            for (int i = 1; i < operands.size() && Operations.truth(value) != decisive; i++) {
                value = operands.get(i).evaluate(run);
            }
            return value;
        };
    }

    private Expression parseNot() {
        if (!tokens.skipName("not")) {
            return parseComparison();
        }
        tokens.enter();
        Expression operand = parseNot();
        tokens.leave();
        return run -> Bool.of(!Operations.truth(operand.evaluate(run)));
    }

    private record Operand(String operator, Token at, Expression value) {}

    private Expression parseComparison() {
        Expression first = parseSum();
        List<Operand> rest = new ArrayList<>();
        while (true) {
            Token at = tokens.peek();
            String operator;
            if (at.kind() == Kind.OPERATOR && COMPARISONS.contains(at.text())) {
                operator = tokens.next().text();
            } else if (tokens.skipName("in")) {
                operator = "in";
            } else if (at.isName("not") && tokens.peek(1).isName("in")) {
                tokens.next();
                tokens.next();
                operator = "not in";
            } else {
                break;
            }
            rest.add(new Operand(operator, at, parseSum()));
        }
        if (rest.isEmpty()) {
            return first;
        }
        return run -> {
            Value left = first.evaluate(run);
            for (Operand operand : rest) {
                Value right = operand.value().evaluate(run);
                run.charge(Value.weight(left) + Value.weight(right));
                Value compared = left;
                if (!located(operand.at(), () -> holds(operand.operator(), compared, right))) {
                    return Bool.FALSE;
                }
                left = right;
            }
            return Bool.TRUE;
        };
    }

    private static boolean holds(String operator, Value left, Value right) {
        return switch (operator) {
            case "==" -> Operations.same(left, right);
            case "!=" -> !Operations.same(left, right);
            case "in" -> Operations.contains(right, left);
            case "not in" -> !Operations.contains(right, left);
            case "<" -> Operations.compare(left, right) < 0;
            case "<=" -> Operations.compare(left, right) <= 0;
            case ">" -> Operations.compare(left, right) > 0;
            default -> Operations.compare(left, right) >= 0;
        };
    }

    private Expression parseSum() {
        return parseChain(Set.of("+", "-"), this::parseConcatenation);
    }

    private Expression parseConcatenation() {
        Expression first = parseProduct();
        if (!tokens.peek().isOperator("~")) {
            return first;
        }
        Token at = tokens.peek();
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(parseProduct());
        }
        return at(at, run -> Filters.join(run, evaluateAll(run, parts), Text.EMPTY));
    }

    private Expression parseProduct() {
        return parseChain(Set.of("*", "/", "//", "%"), this::parsePower);
    }

    private Expression parsePower() {
        return parseChain(Set.of("**"), () -> parseUnary(true));
    }

    private interface OperandParser {
        Expression parse();
    }

    /** Operators of one precedence, from left to right, without recursion however many there are. */
    private Expression parseChain(Set<String> operators, OperandParser operands) {
        Expression first = operands.parse();
        List<Operand> rest = new ArrayList<>();
        while (tokens.peek().kind() == Kind.OPERATOR
                && operators.contains(tokens.peek().text())) {
            Token operator = tokens.next();
            rest.add(new Operand(operator.text(), operator, operands.parse()));
        }
        if (rest.isEmpty()) {
            return first;
        }
        return run -> {
            Value value = first.evaluate(run);
            for (Operand operand : rest) {
                Value left = value;
                Value right = operand.value().evaluate(run);
                run.step();
                value = located(operand.at(), () -> compute(run, operand.operator(), left, right));
            }
            return value;
        };
    }

    private static Value compute(Run run, String operator, Value left, Value right) {
        return switch (operator) {
            case "+" -> Operations.add(run, left, right);
            case "*" -> Operations.multiply(run, left, right);
            case "%" ->
                left instanceof Text pattern
                        ? PercentFormat.format(run, pattern, right)
                        : Operations.arithmetic("%", left, right);
            default -> Operations.arithmetic(operator, left, right);
        };
    }

    private Expression parseUnary(boolean withFilters) {
        Token at = tokens.peek();
        Expression value;
        if (at.isOperator("-") || at.isOperator("+")) {
            tokens.next();
            tokens.enter();
            Expression operand = parseUnary(false);
            tokens.leave();
            value = at.isOperator("-")
                    ? at(at, run -> Operations.negate(operand.evaluate(run)))
                    : at(at, run -> Operations.arithmetic("+", new Int(0), operand.evaluate(run)));
        } else {
            value = parsePostfix(parsePrimary());
        }
        return withFilters ? parseFilters(value) : value;
    }

    private Expression parsePrimary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME ->
                switch (token.text()) {
                    case "true", "True" -> run -> Bool.TRUE;
                    case "false", "False" -> run -> Bool.FALSE;
                    case "none", "None" -> run -> None.NONE;
                    default -> at(token, run -> run.scope().get(token.text()));
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

    private TemplateException unexpected(Token token) {
        return tokens.error(token, "unexpected '" + token.text() + "' (expected: an expression)");
    }

    private Value number(Token token) {
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
        Expression value = parseTuple();
        tokens.expectOperator(")");
        return value;
    }

    private Expression parseList() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            items.add(parse());
            if (!tokens.peek().isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return run -> Sequence.list(evaluateAll(run, items));
    }

    private Expression parseDict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(parse());
            tokens.expectOperator(":");
            values.add(parse());
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

    private Expression parsePostfix(Expression start) {
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
            Value index = number(name);
            return at(at, run -> Operations.item(value.evaluate(run), index));
        }
        if (name.kind() != Kind.NAME) {
            throw tokens.error(name, "unexpected '" + name.text() + "' (expected: an attribute's name)");
        }
        return at(at, run -> Operations.attribute(value.evaluate(run), name.text()));
    }

    private Expression parseSubscript(Token at, Expression value) {
        Expression none = run -> None.NONE;
        Expression start = tokens.peek().isOperator(":") ? none : parseTuple();
        if (tokens.skipOperator("]")) {
            return at(at, run -> Operations.item(value.evaluate(run), start.evaluate(run)));
        }
        tokens.expectOperator(":");
        Expression stop = tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? none : parse();
        Expression step = tokens.skipOperator(":") && !tokens.peek().isOperator("]") ? parse() : none;
        tokens.expectOperator("]");
        return at(
                at,
                run -> Operations.slice(
                        run, value.evaluate(run), start.evaluate(run), stop.evaluate(run), step.evaluate(run)));
    }

    private Expression call(Token at, Expression function, ArgumentList arguments) {
        return at(at, run -> {
            Value callee = Operations.defined(function.evaluate(run));
            if (callee instanceof Callable callable) {
                return callable.call(run, arguments.evaluate(run));
            }
            throw new TemplateFault(Operations.kind(callee) + " is not callable");
        });
    }

    /** What stands between a call's parentheses. */
    record ArgumentList(List<Expression> positional, Map<String, Expression> named) {

        Arguments evaluate(Run run) {
            Map<String, Value> values = new LinkedHashMap<>();
            List<Value> positions = evaluateAll(run, positional);
            named.forEach((name, value) -> values.put(name, value.evaluate(run)));
            return new Arguments(positions, values);
        }
    }

    ArgumentList parseArguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.peek(1).isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, parse());
            } else if (named.isEmpty()) {
                positional.add(parse());
            } else {
                throw tokens.unexpected("an argument with a name");
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new ArgumentList(positional, named);
    }

    private Expression parseFilters(Expression start) {
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
        Filters.Filter filter = located(name, () -> Filters.require(name.text()));
        ArgumentList arguments =
                tokens.peek().isOperator("(") ? parseArguments() : new ArgumentList(List.of(), Map.of());
        return at(name, run -> filter.apply(run, value.evaluate(run), arguments.evaluate(run)));
    }

    private Expression parseTest(Expression value) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Kind.NAME, "a test's name");
        ValueTests.ValueTest test = located(name, () -> ValueTests.require(name.text()));
        ArgumentList arguments;
        if (tokens.peek().isOperator("(")) {
            arguments = parseArguments();
        } else if (beginsTestArgument(tokens.peek())) {
            arguments = new ArgumentList(List.of(parsePostfix(parsePrimary())), Map.of());
        } else {
            arguments = new ArgumentList(List.of(), Map.of());
        }
        return at(name, run -> {
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

    private static List<Value> evaluateAll(Run run, List<Expression> expressions) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(expression.evaluate(run));
        }
        return values;
    }

    /** Counts a step and says where a fault happened. */
    private Expression at(Token token, Expression expression) {
        Source source = tokens.source();
        return run -> {
            try {
                run.step();
                return expression.evaluate(run);
            } catch (TemplateFault fault) {
                throw source.error(token.offset(), fault.what());
            }
        };
    }

    private interface Computation<T> {
        T compute();
    }

    private <T> T located(Token token, Computation<T> computation) {
        try {
            return computation.compute();
        } catch (TemplateFault fault) {
            throw tokens.source().error(token.offset(), fault.what());
        }
    }
}
