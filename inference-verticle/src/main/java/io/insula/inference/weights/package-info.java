/**
 * Model files: tensors and metadata, checked against the file's size before anything is mapped. Readable from any
 * thread once opened.
 */
@NullMarked
package io.insula.inference.weights;

import org.jspecify.annotations.NullMarked;
