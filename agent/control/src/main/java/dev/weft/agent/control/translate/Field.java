/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where in a resource the reader is, so that what it finds there can name the field. Not
 * thread-safe.
 */
final class Field {
  private final @Nullable Field parent;
  private final String name;
  private final List<String> ignored;

  private Field(@Nullable Field parent, String name, List<String> ignored) {
    this.parent = parent;
    this.name = name;
    this.ignored = ignored;
  }

  /** Returns the resource itself; what is ignored in it goes to the list. */
  static Field root(List<String> ignored) {
    return new Field(null, "", ignored);
  }

  /** Returns a field of this message. */
  Field at(String field) {
    return new Field(this, field, ignored);
  }

  /** Returns an element of a repeated field of this message. */
  Field at(String field, int index) {
    return new Field(this, field + "[" + index + "]", ignored);
  }

  /** Returns an entry of a map field of this message. */
  Field at(String field, String key) {
    return new Field(this, field + "[\"" + key + "\"]", ignored);
  }

  /** Returns the failure that says which value was found here and which was expected. */
  BadValueException bad(Object value, String expected) {
    return new BadValueException(prefix() + value + " (expected: " + expected + ")");
  }

  /** Returns the failure that says that what is set here cannot be done by this agent. */
  BadValueException unsupported() {
    return new BadValueException(prefix() + "not supported by this agent");
  }

  /** Notes that what is set here has no effect. */
  void ignored() {
    ignored.add(prefix() + "ignored, not known to this agent");
  }

  /** Notes that a value here has no effect, and names it. */
  void ignored(Object value) {
    ignored.add(prefix() + value + ": ignored, not known to this agent");
  }

  private String prefix() {
    String path = path();
    return path.isEmpty() ? "" : path + ": ";
  }

  private String path() {
    if (parent == null) {
      return name;
    }
    String before = parent.path();
    return before.isEmpty() ? name : before + "." + name;
  }
}
