/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.api.patch.ConflictException;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a request is not answered as asked; becomes a Kubernetes {@code Status}. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;
  private final transient @Nullable ObjectNode details;

  private ApiException(int code, String reason, String message, @Nullable ObjectNode details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  static ApiException badRequest(String message) {
    return new ApiException(400, "BadRequest", message, null);
  }

  /** What the user may not do. */
  static ApiException forbidden(String message) {
    return new ApiException(403, "Forbidden", message, null);
  }

  /** No such path. */
  static ApiException unknownPath(String path) {
    return new ApiException(
        404, "NotFound", "there is nothing at " + path + "; /apis lists the kinds", null);
  }

  static ApiException notFound(String plural, String group, String name) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.put("name", name).put("group", group).put("kind", plural);
    return new ApiException(404, "NotFound", resource(plural, group, name) + " not found", details);
  }

  static ApiException notFound(Kind kind, String name) {
    return notFound(kind.plural(), kind.group(), name);
  }

  static ApiException methodNotAllowed(String message) {
    return new ApiException(405, "MethodNotAllowed", message, null);
  }

  static ApiException notAcceptable(String accept) {
    return new ApiException(
        406,
        "NotAcceptable",
        "Accept: " + accept + " (expected: application/json or application/yaml)",
        null);
  }

  static ApiException alreadyExists(Kind kind, String name) {
    return new ApiException(
        409,
        "AlreadyExists",
        resource(kind.plural(), kind.group(), name) + " already exists",
        details(kind, name));
  }

  /** The resource changed since it was read, or is another than was meant. */
  static ApiException conflict(Kind kind, String name, String why) {
    return new ApiException(
        409,
        "Conflict",
        "Operation cannot be fulfilled on "
            + resource(kind.plural(), kind.group(), name)
            + ": "
            + why,
        details(kind, name));
  }

  /** The resource changed between reading and writing it. */
  static ApiException changedMeanwhile(String message) {
    return new ApiException(409, "Conflict", message + "; try again", null);
  }

  /** Another manager owns fields that were to be applied. */
  static ApiException applyConflict(ConflictException conflict) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    ArrayNode causes = details.putArray("causes");
    for (ConflictException.Conflict one : conflict.conflicts()) {
      causes
          .addObject()
          .put("reason", "FieldManagerConflict")
          .put("message", one.message())
          .put("field", one.field());
    }
    return new ApiException(409, "Conflict", conflict.describe(), details);
  }

  static ApiException gone(String message) {
    return new ApiException(410, "Expired", message, null);
  }

  static ApiException tooLarge(long limitBytes) {
    return new ApiException(
        413,
        "RequestEntityTooLarge",
        "the body is too large (expected: at most " + limitBytes + " bytes)",
        null);
  }

  static ApiException unsupportedMediaType(String contentType, String expected) {
    return new ApiException(
        415,
        "UnsupportedMediaType",
        "Content-Type: " + contentType + " (expected: " + expected + ")",
        null);
  }

  /** Values of the resource that may not be. */
  static ApiException invalid(Kind kind, String name, List<Problem> problems) {
    return new ApiException(
        422,
        "Invalid",
        kind
            + " \""
            + name
            + "\" is invalid: "
            + problems.stream().map(Problem::toString).collect(Collectors.joining("; ")),
        problemDetails(kind, name, problems));
  }

  /** Fields that the kind does not have. */
  static ApiException strictDecoding(Kind kind, String name, List<Problem> problems) {
    return new ApiException(
        400,
        "BadRequest",
        "strict decoding error: "
            + problems.stream().map(Problem::toString).collect(Collectors.joining("; ")),
        problemDetails(kind, name, problems));
  }

  /** Well formed, and yet not to be done: an option with a bad value, a patch that does not fit. */
  static ApiException unprocessable(String message) {
    return new ApiException(422, "Invalid", message, null);
  }

  static ApiException internal(String message) {
    return new ApiException(500, "InternalError", message, null);
  }

  /** The disk failed, or the server is going down. */
  static ApiException unavailable(String message) {
    return new ApiException(503, "ServiceUnavailable", message, null);
  }

  int code() {
    return code;
  }

  /** Returns this as a Kubernetes {@code Status}. */
  ObjectNode toStatus() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
    if (details != null) {
      status.set("details", details);
    }
    return status.put("code", code);
  }

  private static ObjectNode problemDetails(Kind kind, String name, List<Problem> problems) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.put("name", name).put("group", kind.group()).put("kind", kind.name());
    ArrayNode causes = details.putArray("causes");
    for (Problem problem : problems) {
      causes
          .addObject()
          .put("reason", cause(problem.sort()))
          .put("message", problem.detail())
          .put("field", problem.field());
    }
    return details;
  }

  private static String cause(Problem.Sort sort) {
    return switch (sort) {
      case MISSING -> "FieldValueRequired";
      case WRONG_TYPE -> "FieldValueTypeInvalid";
      case UNSUPPORTED_VALUE -> "FieldValueNotSupported";
      case INVALID_VALUE, UNKNOWN_FIELD -> "FieldValueInvalid";
    };
  }

  private static ObjectNode details(Kind kind, String name) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    return details.put("name", name).put("group", kind.group()).put("kind", kind.plural());
  }

  private static String resource(String plural, String group, String name) {
    return plural + (group.isEmpty() ? "" : "." + group) + " \"" + name + "\"";
  }
}
