/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Listing;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gets, lists and watches. */
final class ResourceReads {
  private static final long DEFAULT_WATCH_SECONDS = Duration.ofHours(1).toSeconds();

  private final Stores stores;
  private final CoreResources core;
  private final Pages pages = new Pages();

  ResourceReads(Stores stores, CoreResources core) {
    this.stores = stores;
    this.core = core;
  }

  ApiAnswer get(ApiRequest request, ApiResource resource, ResourcePath path) {
    ObjectNode item = item(resource, path);
    Accepted accepted = Accepted.of(request.accept(), false, true);
    if (accepted.form() == Accepted.Form.TABLE) {
      ObjectNode metadata = JsonNodeFactory.instance.objectNode();
      metadata.set("resourceVersion", item.path("metadata").path("resourceVersion"));
      return ApiAnswer.Document.ok(
          Views.table(resource, metadata, List.of(item), request.parameter("includeObject")));
    }
    return ApiAnswer.Document.ok(item);
  }

  ApiAnswer list(ApiRequest request, ApiResource resource, ResourcePath path) {
    if (request.isSet("watch")) {
      return watch(request, resource, path);
    }
    Accepted accepted = Accepted.of(request.accept(), false, true);
    Pages.Page page = page(request, resource, path);
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.put("resourceVersion", Long.toString(page.revision()));
    if (!page.next().isEmpty()) {
      metadata.put("continue", page.next()).put("remainingItemCount", page.remaining());
    }
    return ApiAnswer.Document.ok(
        accepted.form() == Accepted.Form.TABLE
            ? Views.table(resource, metadata, page.items(), request.parameter("includeObject"))
            : Views.list(
                resource.apiVersion(path.version()), resource.name(), metadata, page.items()));
  }

  private ApiAnswer watch(ApiRequest request, ApiResource resource, ResourcePath path) {
    Kind kind = resource.kind();
    if (kind == null) {
      throw ApiException.methodNotAllowed(resource.plural() + " cannot be watched: list them");
    }
    if (request.isSet("sendInitialEvents")) {
      throw ApiException.unprocessable(
          "sendInitialEvents: true (expected: unset; list first, then watch)");
    }
    boolean isTable = Accepted.of(request.accept(), false, true).form() == Accepted.Form.TABLE;
    Selector selector = Selector.of(request);
    WatchPlan plan =
        new WatchPlan(
            stores.of(kind),
            resource,
            path,
            selector,
            new WatchPlan.Form(isTable, request.parameter("includeObject")),
            request.isSet("allowWatchBookmarks"),
            request.count("timeoutSeconds", DEFAULT_WATCH_SECONDS),
            request.count("resourceVersion", 0));
    plan.checkRevision();
    return new ApiAnswer.Events(plan);
  }

  private Pages.Page page(ApiRequest request, ApiResource resource, ResourcePath path) {
    String token = request.parameter("continue");
    int limit = (int) Math.min(request.count("limit", 0), Integer.MAX_VALUE);
    if (!token.isEmpty()) {
      return pages.next(token, limit);
    }
    Selector selector = Selector.of(request);
    Kind kind = resource.kind();
    if (kind == null) {
      List<ObjectNode> items = new ArrayList<>(core.list(resource, path.namespace()));
      items.removeIf(item -> !selector.matches(item));
      return pages.first(stores.policies().revision(), items, limit);
    }
    Listing listing = stores.of(kind).list();
    List<ObjectNode> items = new ArrayList<>();
    for (StoredResource stored : listing.items()) {
      if (stored.key().kind() == kind
          && isIn(stored, path.namespace())
          && selector.matches(stored.resource().json())) {
        items.add(Views.resource(stored, resource.apiVersion(path.version())));
      }
    }
    return pages.first(listing.revision(), items, limit);
  }

  private ObjectNode item(ApiResource resource, ResourcePath path) {
    String name = String.valueOf(path.name());
    Kind kind = resource.kind();
    if (kind == null) {
      for (ObjectNode item : core.list(resource, path.namespace())) {
        if (item.path("metadata").path("name").asText().equals(name)) {
          return item;
        }
      }
      throw ApiException.notFound(resource.plural(), resource.group(), name);
    }
    Store store = stores.of(kind);
    @Nullable StoredResource stored =
        store.get(new ResourceKey(kind, String.valueOf(path.namespace()), name));
    if (stored == null) {
      throw ApiException.notFound(kind, name);
    }
    return Views.resource(stored, resource.apiVersion(path.version()));
  }

  private static boolean isIn(StoredResource stored, @Nullable String namespace) {
    return namespace == null || stored.key().namespace().equals(namespace);
  }
}
