/**
 * The verdict itself proved right: models that are sabotaged in every way that is thought of come
 * out as FAIL or UNKNOWN with the right cause, and clean ones as PASS. Real guests; a suite of its
 * own ({@code ./diecast test fidelity}).
 */
package dev.diecast.e2e.fidelity;
