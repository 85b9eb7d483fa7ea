package dev.diecast.core.network.topology;

/**
 * An edge as a topology's source gives it, before its ends are looked up.
 *
 * @param line of the source, from 1
 */
record EdgeDraft(String source, String target, int line, GivenAttributes given) {}
