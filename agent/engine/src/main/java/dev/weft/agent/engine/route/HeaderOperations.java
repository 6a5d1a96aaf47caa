/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderTemplate;
import dev.weft.agent.engine.config.HeaderTemplate.Part;
import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header operations of a route and its destination in one list, for requests or for responses.
 * Whether a header was there is asked of the original message and, at push, of the operations
 * before. Immutable.
 */
public final class HeaderOperations {
  /** How many operations that depend on the original message one list may have. */
  public static final int MAX_CONDITIONAL = 32;

  private static final HeaderOperations NONE = new HeaderOperations(new Operation[0], 0);

  private final Operation[] operations;
  private final int conditional;

  private HeaderOperations(Operation[] operations, int conditional) {
    this.operations = operations;
    this.conditional = conditional;
  }

  /** Compiles the request operations of several levels, in the order in which they apply. */
  public static HeaderOperations ofRequest(List<HeaderMutations> levels) {
    Compiler compiler = new Compiler();
    for (HeaderMutations level : levels) {
      compiler.level(level.requestRemove(), level.requestAdd());
    }
    return compiler.compile();
  }

  /** Compiles the response operations of several levels, in the order in which they apply. */
  public static HeaderOperations ofResponse(List<HeaderMutations> levels) {
    Compiler compiler = new Compiler();
    for (HeaderMutations level : levels) {
      compiler.level(level.responseRemove(), level.responseAdd());
    }
    return compiler.compile();
  }

  /** Returns whether there is nothing to do. */
  public boolean isEmpty() {
    return operations.length == 0;
  }

  /** Returns whether a value has parts of the request. */
  public boolean needRequest() {
    for (Operation operation : operations) {
      if (operation.template != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many operations depend on the original message. */
  public int conditional() {
    return conditional;
  }

  /**
   * Returns which of the headers that conditional operations depend on are there, a bit for each.
   */
  public <P> int present(P message, HeaderReader<P> reader) {
    int present = 0;
    int bit = 1;
    for (int i = 0; conditional > 0 && i < operations.length; i++) {
      Operation operation = operations[i];
      if (operation.kind.isConditional) {
        present |= reader.header(message, operation.name) == null ? 0 : bit;
        bit <<= 1;
      }
    }
    return present;
  }

  /**
   * Applies the operations.
   *
   * @param present what {@link #present} returned for the original message
   * @param request what values with parts of the request are made of; null if there are none
   */
  public <H> void apply(
      H headers, HeaderWriter<H> writer, int present, @Nullable RequestValues request) {
    int bits = present;
    for (Operation operation : operations) {
      boolean isThere = false;
      if (operation.kind.isConditional) {
        isThere = (bits & 1) != 0;
        bits >>>= 1;
      }
      String value = operation.value(request);
      if (value == null) {
        continue;
      }
      switch (operation.kind) {
        case REMOVE -> writer.remove(headers, operation.name);
        case ADD -> writer.add(headers, operation.name, value);
        case SET -> writer.set(headers, operation.name, value);
        case SET_IF_ABSENT -> {
          if (!isThere) {
            writer.set(headers, operation.name, value);
          }
        }
        case SET_IF_PRESENT -> {
          if (isThere) {
            writer.set(headers, operation.name, value);
          }
        }
      }
    }
  }

  private enum Kind {
    REMOVE(false),
    ADD(false),
    SET(false),
    SET_IF_ABSENT(true),
    SET_IF_PRESENT(true);

    private final boolean isConditional;

    Kind(boolean isConditional) {
      this.isConditional = isConditional;
    }
  }

  /** What a request says. */
  @FunctionalInterface
  public interface RequestValues {
    /** Returns the value of a header or pseudo header, or null if it is not there. */
    @Nullable String value(String name);
  }

  private record Operation(
      Kind kind, String name, String value, @Nullable HeaderTemplate template) {
    /** Returns what is to be written; null if it is made of what the request does not have. */
    @Nullable String value(@Nullable RequestValues request) {
      if (template == null) {
        return value;
      }
      StringBuilder made = new StringBuilder();
      for (Part part : template.parts()) {
        if (part instanceof Part.Text text) {
          made.append(text.text());
        } else if (part instanceof Part.RequestHeader header && request != null) {
          String found = request.value(header.name());
          if (found == null && !header.alternative().isEmpty()) {
            found = request.value(header.alternative());
          }
          if (found != null) {
            made.append(found, 0, Math.min(found.length(), header.maxLength()));
          }
        }
      }
      return made.isEmpty() ? null : made.toString();
    }
  }

  /** Resolves what is known at push: after a set the header is there, after a removal it is not. */
  private static final class Compiler {
    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Boolean> known = new HashMap<>();
    private int conditional;

    void level(List<String> removals, List<HeaderValue> additions) {
      for (String name : removals) {
        operations.add(new Operation(Kind.REMOVE, name, "", null));
        known.put(name, false);
      }
      for (HeaderValue addition : additions) {
        add(addition);
      }
    }

    private void add(HeaderValue header) {
      @Nullable Boolean isThere = known.get(header.name());
      @Nullable Kind kind =
          switch (header.mode()) {
            case APPEND_IF_EXISTS_OR_ADD -> Kind.ADD;
            case OVERWRITE_IF_EXISTS_OR_ADD -> Kind.SET;
            case ADD_IF_ABSENT -> isThere == null ? Kind.SET_IF_ABSENT : isThere ? null : Kind.SET;
            case OVERWRITE_IF_EXISTS ->
                isThere == null ? Kind.SET_IF_PRESENT : isThere ? Kind.SET : null;
          };
      if (kind == null) {
        return;
      }
      operations.add(new Operation(kind, header.name(), header.value(), header.template()));
      conditional += kind.isConditional ? 1 : 0;
      if (kind != Kind.SET_IF_PRESENT && header.template() == null) {
        known.put(header.name(), true);
      }
    }

    HeaderOperations compile() {
      return operations.isEmpty()
          ? NONE
          : new HeaderOperations(operations.toArray(new Operation[0]), conditional);
    }
  }
}
