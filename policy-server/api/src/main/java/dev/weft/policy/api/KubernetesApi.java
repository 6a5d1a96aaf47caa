/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import dev.weft.policy.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what a request is about, and who answers it. Thread-safe; may block for the disk. */
final class KubernetesApi {
  private static final Logger LOGGER = System.getLogger(KubernetesApi.class.getName());

  private final ResourceReads reads;
  private final ResourceWrites writes;
  private final ResourcePatches patches;
  private final boolean isReadOnly;

  /**
   * Makes the API.
   *
   * @param isReadOnly whether policies come from somewhere else and cannot be written here
   */
  KubernetesApi(ResourceReads reads, ResourceWrites writes, boolean isReadOnly) {
    this.reads = reads;
    this.writes = writes;
    this.patches = new ResourcePatches(writes);
    this.isReadOnly = isReadOnly;
  }

  /** Answers a request; what goes wrong is an answer too. */
  ApiAnswer handle(ApiRequest request) {
    try {
      return route(request);
    } catch (ApiException e) {
      return failure(e);
    } catch (StoreException.Conflict | StoreException.NotFound e) {
      return failure(ApiException.changedMeanwhile(e.getMessage() + ""));
    } catch (StoreException.Failed e) {
      LOGGER.log(Level.ERROR, "A request failed because the store did", e);
      return failure(ApiException.unavailable(e.getMessage() + ""));
    } catch (RuntimeException e) {
      LOGGER.log(Level.ERROR, request.method() + " " + request.path() + " failed", e);
      return failure(ApiException.internal("a fault of the server; its log says more"));
    }
  }

  static ApiAnswer failure(ApiException why) {
    return new ApiAnswer.Document(why.code(), why.toStatus(), List.of());
  }

  private ApiAnswer route(ApiRequest request) {
    List<String> segments = request.segments();
    int size = segments.size();
    ObjectNode document =
        switch (segments.get(0)) {
          case "version" -> size == 1 ? DiscoveryDocuments.version() : null;
          case "openapi" -> openApi(segments);
          case "api" -> core(request);
          case "apis" -> groups(request);
          default -> null;
        };
    if (document != null) {
      if (!request.method().equals("GET")) {
        throw ApiException.methodNotAllowed(request.method() + " (expected: GET)");
      }
      return ApiAnswer.Document.ok(document);
    }
    ResourcePath path = resourcePath(segments);
    ApiResource resource =
        path == null ? null : ApiResource.find(path.group(), path.version(), path.plural());
    if (path == null || resource == null) {
      throw ApiException.unknownPath(request.path());
    }
    return onResource(request, resource, path);
  }

  private static @Nullable ObjectNode openApi(List<String> segments) {
    if (segments.equals(List.of("openapi", "v3"))) {
      return OpenApiDocuments.index();
    }
    boolean isOfGroup = segments.size() == 5 && segments.get(2).equals("apis");
    return isOfGroup ? OpenApiDocuments.document(segments.get(3), segments.get(4)) : null;
  }

  private static @Nullable ObjectNode core(ApiRequest request) {
    return switch (request.segments().size()) {
      case 1 ->
          isAggregated(request)
              ? DiscoveryDocuments.aggregated(true)
              : DiscoveryDocuments.coreVersions();
      case 2 -> DiscoveryDocuments.resources("", request.segments().get(1));
      default -> null;
    };
  }

  private static @Nullable ObjectNode groups(ApiRequest request) {
    List<String> segments = request.segments();
    return switch (segments.size()) {
      case 1 ->
          isAggregated(request)
              ? DiscoveryDocuments.aggregated(false)
              : DiscoveryDocuments.groups();
      case 2 -> DiscoveryDocuments.group(segments.get(1));
      case 3 -> DiscoveryDocuments.resources(segments.get(1), segments.get(2));
      default -> null;
    };
  }

  private static boolean isAggregated(ApiRequest request) {
    return Accepted.of(request.accept(), true, false).form() == Accepted.Form.DISCOVERY;
  }

  private static @Nullable ResourcePath resourcePath(List<String> segments) {
    return switch (segments.get(0)) {
      case "api" -> ResourcePath.parse("", segments.subList(1, segments.size()));
      case "apis" ->
          segments.size() < 2
              ? null
              : ResourcePath.parse(segments.get(1), segments.subList(2, segments.size()));
      default -> null;
    };
  }

  private ApiAnswer onResource(ApiRequest request, ApiResource resource, ResourcePath path) {
    boolean isKnownSubresource =
        path.subresource().isEmpty()
            || (path.subresource().equals("status") && resource.hasStatus());
    if (!isKnownSubresource) {
      throw ApiException.unknownPath(request.path());
    }
    if (request.method().equals("GET")) {
      return path.name() == null
          ? reads.list(request, resource, path)
          : reads.get(request, resource, path);
    }
    checkWritable(request, resource, path);
    return switch (request.method()) {
      case "POST" -> writes.create(resource, path, body(request), WriteOptions.of(request));
      case "PUT" -> writes.replace(resource, path, body(request), WriteOptions.of(request));
      case "PATCH" -> patches.patch(request, resource, path);
      default -> delete(request, resource, path);
    };
  }

  private void checkWritable(ApiRequest request, ApiResource resource, ResourcePath path) {
    Kind kind = ResourceWrites.kind(resource);
    if (isReadOnly) {
      throw ApiException.methodNotAllowed(
          "policies come from a folder (--policies): edit the files there");
    }
    boolean isCollection = path.name() == null;
    String method = request.method();
    boolean isAllowed =
        switch (method) {
          case "POST" -> isCollection;
          case "PUT", "PATCH" -> !isCollection;
          case "DELETE" -> !isCollection && path.subresource().isEmpty();
          default -> false;
        };
    if (!isAllowed || path.namespace() == null) {
      throw ApiException.methodNotAllowed(
          method
              + " "
              + request.path()
              + " (expected: POST to /apis/"
              + kind.apiVersion()
              + "/namespaces/<namespace>/"
              + kind.plural()
              + ", PUT, PATCH or DELETE below it)");
    }
  }

  private ApiAnswer delete(ApiRequest request, ApiResource resource, ResourcePath path) {
    boolean isDryRun = WriteOptions.of(request).isDryRun();
    JsonNode options =
        request.body().isEmpty() ? JsonNodeFactory.instance.objectNode() : body(request);
    boolean isDryRunInBody = options.path("dryRun").path(0).asText("").equals("All");
    return writes.delete(resource, path, options.path("preconditions"), isDryRun || isDryRunInBody);
  }

  private static ObjectNode body(ApiRequest request) {
    String type = request.contentType();
    boolean isYaml = Bodies.isYaml(type);
    if (!isYaml && !type.equals("application/json")) { // not even none: a web page could send that
      throw ApiException.unsupportedMediaType(
          type.isEmpty() ? "none" : type, "application/json or application/yaml");
    }
    return Bodies.readObject(request.body(), isYaml);
  }
}
