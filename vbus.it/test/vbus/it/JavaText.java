// SPDX-License-Identifier: Apache-2.0
package vbus.it;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A Java source as text, with literals or comments blanked out, so that a search finds code only. Lines and columns stay.
final class JavaText {

    private static final Pattern NO_METHOD = Pattern.compile(
        "^(if|for|while|switch|try|catch|synchronized|do|else|return|case|default)\\b|\\b(record|class|interface|enum|new)\\s|->");
    private static final Pattern METHOD = Pattern.compile("\\w\\s*\\(.*\\)(\\s*throws\\s[\\w.,\\s]+)?$", Pattern.DOTALL);

    /// A method: the line of its opening brace, counted from 1, and how many lines its body has.
    record Method(String name, int line, int lines) { }

    private JavaText() { }

    /// Without comments and literals.
    static String code(String text) {
        return blank(text, true);
    }

    /// Without literals; comments stay.
    static String prose(String text) {
        return blank(text, false);
    }

    private static String blank(String text, boolean comments) {
        final StringBuilder out = new StringBuilder(text);
        for (int at = 0; at < text.length();) {
            final int end = end(text, at);
            if (end == at) {
                at++;
                continue;
            }
            final boolean comment = text.charAt(at) == '/';
            for (int i = at; i < end && (comments || !comment); i++) {
                if (out.charAt(i) != '\n') {
                    out.setCharAt(i, ' ');
                }
            }
            at = end;
        }
        return out.toString();
    }

    /// Where the comment or literal ends that begins here; here, when none does.
    private static int end(String text, int at) {
        if (text.startsWith("//", at)) {
            return behind(text, "\n", at) - (text.indexOf('\n', at) < 0 ? 0 : 1);
        }
        if (text.startsWith("/*", at)) {
            return behind(text, "*/", at + 2);
        }
        if (text.startsWith("\"\"\"", at)) {
            return literal(text, "\"\"\"", at + 3);
        }
        return text.charAt(at) == '"' || text.charAt(at) == '\'' ? literal(text, text.substring(at, at + 1), at + 1) : at;
    }

    private static int behind(String text, String mark, int from) {
        final int found = text.indexOf(mark, from);
        return found < 0 ? text.length() : found + mark.length();
    }

    private static int literal(String text, String quote, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.startsWith(quote, i)) {
                return i + quote.length();
            }
        }
        return text.length();
    }

    /// The methods and constructors in a text that [#code] made.
    static List<Method> methods(String code) {
        final List<Method> found = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < code.length(); at++) {
            final char c = code.charAt(at);
            final String header = c == '{' ? code.substring(start, at).strip().replaceFirst("^\\)\\s*", "") : "";
            if (isMethod(header)) {
                found.add(new Method(name(header), lines(code, 0, at), lines(code, at, close(code, at))));
            }
            if (c == '{' || c == '}' || c == ';') {
                start = at + 1;
            }
        }
        return found;
    }

    private static boolean isMethod(String header) {
        final String bare = header.replaceAll("@\\w+(\\([^()]*\\))?\\s*", "");
        return METHOD.matcher(bare).find() && !NO_METHOD.matcher(bare).find()
            && bare.chars().filter(c -> c == '(').count() == bare.chars().filter(c -> c == ')').count();
    }

    private static String name(String header) {
        return header.replaceAll("@\\w+(\\([^()]*\\))?\\s*", "").replaceFirst("(?s)\\s*\\(.*", "").replaceFirst("(?s).*\\W", "");
    }

    private static int close(String code, int open) {
        int depth = 0;
        for (int at = open; at < code.length(); at++) {
            depth += code.charAt(at) == '{' ? 1 : code.charAt(at) == '}' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        return code.length();
    }

    private static int lines(String code, int from, int to) {
        return 1 + (int) code.substring(from, to).chars().filter(c -> c == '\n').count();
    }
}
