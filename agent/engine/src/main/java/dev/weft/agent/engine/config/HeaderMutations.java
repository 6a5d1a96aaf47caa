/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Header operations of one level. Within a level removals come first, as in Envoy.
 *
 * @param requestAdd what is set or added to requests
 * @param requestRemove names in lower case
 * @param responseAdd what is set or added to responses
 * @param responseRemove names in lower case
 */
public record HeaderMutations(
    List<HeaderValue> requestAdd,
    List<String> requestRemove,
    List<HeaderValue> responseAdd,
    List<String> responseRemove) {
  /** Changes nothing. */
  public static final HeaderMutations NONE =
      new HeaderMutations(List.of(), List.of(), List.of(), List.of());

  /** Copies the collections. */
  public HeaderMutations {
    requestAdd = List.copyOf(requestAdd);
    requestRemove = List.copyOf(requestRemove);
    responseAdd = List.copyOf(responseAdd);
    responseRemove = List.copyOf(responseRemove);
  }

  /**
   * A header to write.
   *
   * @param name lower case
   * @param value its value as it was pushed
   * @param mode what happens if it is there already
   * @param template what the value is made of for each request, and is not written if it is empty;
   *     null if it is the same for all
   */
  public record HeaderValue(
      String name, String value, Mode mode, @Nullable HeaderTemplate template) {
    /** Makes a header whose value is the same for all requests. */
    public HeaderValue(String name, String value, Mode mode) {
      this(name, value, mode, null);
    }
  }

  /** Envoy's {@code HeaderAppendAction}. */
  public enum Mode {
    /** Keeps what is there and adds. */
    APPEND_IF_EXISTS_OR_ADD,
    /** Does nothing if it is there. */
    ADD_IF_ABSENT,
    /** Replaces what is there, or adds. */
    OVERWRITE_IF_EXISTS_OR_ADD,
    /** Replaces what is there; does nothing if it is not there. */
    OVERWRITE_IF_EXISTS
  }
}
