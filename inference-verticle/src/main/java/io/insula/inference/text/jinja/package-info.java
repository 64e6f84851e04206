/**
 * A sandboxed interpreter of the Jinja that chat templates are written in: a template and values enter, text of known
 * provenance leaves. No reflection, no files, no clock but the given one; steps, nesting and text are bounded. Parsed
 * templates are immutable and safe on any thread.
 */
@NullMarked
package io.insula.inference.text.jinja;

import org.jspecify.annotations.NullMarked;
