using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface ICoreV1Operations
{
    Task<HttpOperationResponse<V1NodeList>> ListNodeWithHttpMessagesAsync(
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default, string shardSelector = default,
        int? timeoutSeconds = default, bool? watch = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Node>> ReadNodeWithHttpMessagesAsync(
        string name, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Node>> CreateNodeWithHttpMessagesAsync(
        V1Node body, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Node>> ReplaceNodeWithHttpMessagesAsync(
        V1Node body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Node>> PatchNodeWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Status>> DeleteNodeWithHttpMessagesAsync(
        string name, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Node>> PatchNodeStatusWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Node>> ReplaceNodeStatusWithHttpMessagesAsync(
        V1Node body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : ICoreV1Operations
{
    Task<HttpOperationResponse<V1NodeList>> ICoreV1Operations.ListNodeWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<object, V1NodeList>(HttpMethod.Get,
            new RequestUri($"api/v1/nodes").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter).With("fieldSelector", fieldSelector)
                .With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion).With("resourceVersionMatch", resourceVersionMatch)
                .With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector).With("timeoutSeconds", timeoutSeconds).With("watch", watch)
                .With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReadNodeWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1Node>(HttpMethod.Get, new RequestUri($"api/v1/nodes/{name}").With("pretty", pretty), null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.CreateNodeWithHttpMessagesAsync(
        V1Node body, string dryRun, string fieldManager, string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<V1Node, V1Node>(HttpMethod.Post,
            new RequestUri($"api/v1/nodes").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReplaceNodeWithHttpMessagesAsync(
        V1Node body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Node, V1Node>(HttpMethod.Put,
            new RequestUri($"api/v1/nodes/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation)
                .With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.PatchNodeWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Node>(HttpMethod.Patch,
            new RequestUri($"api/v1/nodes/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation)
                .With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNodeWithHttpMessagesAsync(
        string name, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents,
        string propagationPolicy, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, V1Status>(HttpMethod.Delete,
            new RequestUri($"api/v1/nodes/{name}").With("dryRun", dryRun).With("gracePeriodSeconds", gracePeriodSeconds)
                .With("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.PatchNodeStatusWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Node>(HttpMethod.Patch,
            new RequestUri($"api/v1/nodes/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation)
                .With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReplaceNodeStatusWithHttpMessagesAsync(
        V1Node body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Node, V1Node>(HttpMethod.Put,
            new RequestUri($"api/v1/nodes/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation)
                .With("pretty", pretty),
            body, null, customHeaders, cancellationToken);
}

public static partial class CoreV1OperationsExtensions
{
    public static async Task<V1NodeList> ListNodeAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNodeWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Node)> WatchListNodeAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Node, V1NodeList>(
            operations.ListNodeWithHttpMessagesAsync(
                allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
                timeoutSeconds, true, pretty, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1Node> ReadNodeAsync(this ICoreV1Operations operations, string name, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReadNodeWithHttpMessagesAsync(name, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Node> CreateNodeAsync(
        this ICoreV1Operations operations, V1Node body, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNodeWithHttpMessagesAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Node> ReplaceNodeAsync(
        this ICoreV1Operations operations, V1Node body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceNodeWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Node> PatchNodeAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNodeWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Status> DeleteNodeAsync(
        this ICoreV1Operations operations, string name, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNodeWithHttpMessagesAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Node> PatchNodeStatusAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNodeStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Node> ReplaceNodeStatusAsync(
        this ICoreV1Operations operations, V1Node body, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceNodeStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
