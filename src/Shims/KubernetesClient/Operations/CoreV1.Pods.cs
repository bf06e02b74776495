using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface ICoreV1Operations
{
    Task<HttpOperationResponse<V1PodList>> ListPodForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default,
        bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1PodList>> ListNamespacedPodWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> ReadNamespacedPodWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> CreateNamespacedPodWithHttpMessagesAsync(
        V1Pod body, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> ReplaceNamespacedPodWithHttpMessagesAsync(
        V1Pod body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> PatchNamespacedPodWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> DeleteNamespacedPodWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> PatchNamespacedPodStatusWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Pod>> ReplaceNamespacedPodStatusWithHttpMessagesAsync(
        V1Pod body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Binding>> CreateNamespacedPodBindingWithHttpMessagesAsync(
        V1Binding body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Eviction>> CreateNamespacedPodEvictionWithHttpMessagesAsync(
        V1Eviction body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : ICoreV1Operations
{
    Task<HttpOperationResponse<V1PodList>> ICoreV1Operations.ListPodForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, bool? pretty, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1PodList>(HttpMethod.Get,
            new RequestUri($"api/v1/pods").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter).With("fieldSelector", fieldSelector)
                .With("labelSelector", labelSelector).With("limit", limit).With("pretty", pretty).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1PodList>> ICoreV1Operations.ListNamespacedPodWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1PodList>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.ReadNamespacedPodWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1Pod>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}").With("pretty", pretty),
            null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.CreateNamespacedPodWithHttpMessagesAsync(
        V1Pod body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Pod, V1Pod>(HttpMethod.Post,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.ReplaceNamespacedPodWithHttpMessagesAsync(
        V1Pod body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Pod, V1Pod>(HttpMethod.Put,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.PatchNamespacedPodWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Pod>(HttpMethod.Patch,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.DeleteNamespacedPodWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        bool? orphanDependents, string propagationPolicy, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, V1Pod>(HttpMethod.Delete,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}").With("dryRun", dryRun).With("gracePeriodSeconds", gracePeriodSeconds)
                .With("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.PatchNamespacedPodStatusWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Pod>(HttpMethod.Patch,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Pod>> ICoreV1Operations.ReplaceNamespacedPodStatusWithHttpMessagesAsync(
        V1Pod body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Pod, V1Pod>(HttpMethod.Put,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Binding>> ICoreV1Operations.CreateNamespacedPodBindingWithHttpMessagesAsync(
        V1Binding body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Binding, V1Binding>(HttpMethod.Post,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}/binding").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Eviction>> ICoreV1Operations.CreateNamespacedPodEvictionWithHttpMessagesAsync(
        V1Eviction body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Eviction, V1Eviction>(HttpMethod.Post,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/pods/{name}/eviction").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);
}

public static partial class CoreV1OperationsExtensions
{
    public static async Task<V1PodList> ListPodForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListPodForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, false, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Pod)> WatchListPodForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Pod, V1PodList>(
            operations.ListPodForAllNamespacesWithHttpMessagesAsync(
                allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1PodList> ListNamespacedPodAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNamespacedPodWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
            shardSelector, timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Pod)> WatchListNamespacedPodAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Pod, V1PodList>(
            operations.ListNamespacedPodWithHttpMessagesAsync(
                namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, pretty, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1Pod> ReadNamespacedPodAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReadNamespacedPodWithHttpMessagesAsync(name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Pod> CreateNamespacedPodAsync(
        this ICoreV1Operations operations, V1Pod body, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedPodWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Pod> ReplaceNamespacedPodAsync(
        this ICoreV1Operations operations, V1Pod body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceNamespacedPodWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Pod> PatchNamespacedPodAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedPodWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Pod> DeleteNamespacedPodAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNamespacedPodWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Pod> PatchNamespacedPodStatusAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedPodStatusWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Pod> ReplaceNamespacedPodStatusAsync(
        this ICoreV1Operations operations, V1Pod body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceNamespacedPodStatusWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Binding> CreateNamespacedPodBindingAsync(
        this ICoreV1Operations operations, V1Binding body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedPodBindingWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Eviction> CreateNamespacedPodEvictionAsync(
        this ICoreV1Operations operations, V1Eviction body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedPodEvictionWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
