/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

/**
 * One call of the application that the mesh manages, from {@link Outbound#begin} until it is
 * answered. It hands out attempts one after the other.
 *
 * <p>Used by one thread at a time; the adapter takes care of the happens-before between threads, as
 * it does for its own call. The life cycle is the same for blocking, callback, future, reactive and
 * streaming clients:
 *
 * <pre>{@code
 * Call call = Outbound.begin(request, READER);        // null: unmanaged, go on as ever
 * step = call.next();                                 // wait step.delayNanos()
 *   Reply, Refuse -> answer; the call is over
 *   Attempt       -> send it, then
 *     headers came: wait = attempt.headers(...)       // >= 0: discard the response, wait, next()
 *                   deliver, and when the body has ended: attempt.end(...)
 *     it failed:    wait = attempt.failed(...)        // >= 0: wait, next(); else rethrow
 * }</pre>
 */
public interface Call {
  /**
   * Returns what to do now: at first, and again whenever {@link Attempt#headers} or {@link
   * Attempt#failed} said to go on.
   *
   * @throws IllegalStateException if the previous attempt has not ended
   */
  Step next();

  /**
   * Ends the call while no attempt is under way: the application cancelled it during a wait.
   * Idempotent; not needed after a reply, a refusal, or an attempt that ended.
   */
  void abandon();
}
