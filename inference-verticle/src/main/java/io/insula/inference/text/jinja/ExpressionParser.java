package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses the operators of expressions with Jinja's precedence, into closures that evaluate them. */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream tokens;
    private final PrimaryParser primaries;
    private final PostfixParser postfixes;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.primaries = new PrimaryParser(tokens, this);
        this.postfixes = new PostfixParser(tokens, this, primaries);
    }

    /** A call that ends a tag. */
    PostfixParser.Call parseCall() {
        return postfixes.parseCall();
    }

    /** A filter's name and arguments, applied to a value. */
    Expression parseFilter(Expression value) {
        return postfixes.parseFilter(value);
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
        return run -> new Sequence(Expression.evaluateAll(run, items), true);
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
                if (!tokens.located(operand.at(), () -> holds(operand.operator(), compared, right))) {
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
        return tokens.at(at, run -> Filters.join(run, Expression.evaluateAll(run, parts), Text.EMPTY));
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
                value = tokens.located(operand.at(), () -> compute(run, operand.operator(), left, right));
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
                    ? tokens.at(at, run -> Operations.negate(operand.evaluate(run)))
                    : tokens.at(at, run -> Operations.arithmetic("+", new Int(0), operand.evaluate(run)));
        } else {
            value = postfixes.parsePostfix(primaries.parsePrimary());
        }
        return withFilters ? postfixes.parseFilters(value) : value;
    }
}
