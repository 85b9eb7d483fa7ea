/**
 * What a ScaleModel must be, in Java: the rules of the schema and of CEL for API servers without
 * CEL and for files that have not met a server yet, and the rules that CEL cannot say. Pure: no I/O
 * but reading schemas from the class path.
 */
package dev.diecast.api.validation;
