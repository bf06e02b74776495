using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface IBatchV1Operations
{
    Task<HttpOperationResponse<V1JobList>> ListJobForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default,
        bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1JobList>> ListNamespacedJobWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Job>> ReadNamespacedJobWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Job>> CreateNamespacedJobWithHttpMessagesAsync(
        V1Job body, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Job>> PatchNamespacedJobWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Status>> DeleteNamespacedJobWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Job>> PatchNamespacedJobStatusWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : IBatchV1Operations
{
    Task<HttpOperationResponse<V1JobList>> IBatchV1Operations.ListJobForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, bool? pretty, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1JobList>(HttpMethod.Get,
            new RequestUri($"apis/batch/v1/jobs").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("pretty", pretty)
                .With("resourceVersion", resourceVersion).With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents)
                .With("shardSelector", shardSelector).With("timeoutSeconds", timeoutSeconds).With("watch", watch),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1JobList>> IBatchV1Operations.ListNamespacedJobWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1JobList>(HttpMethod.Get,
            new RequestUri($"apis/batch/v1/namespaces/{namespaceParameter}/jobs").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Job>> IBatchV1Operations.ReadNamespacedJobWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1Job>(HttpMethod.Get,
            new RequestUri($"apis/batch/v1/namespaces/{namespaceParameter}/jobs/{name}").With("pretty", pretty),
            null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Job>> IBatchV1Operations.CreateNamespacedJobWithHttpMessagesAsync(
        V1Job body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Job, V1Job>(HttpMethod.Post,
            new RequestUri($"apis/batch/v1/namespaces/{namespaceParameter}/jobs").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Job>> IBatchV1Operations.PatchNamespacedJobWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Job>(HttpMethod.Patch,
            new RequestUri($"apis/batch/v1/namespaces/{namespaceParameter}/jobs/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Status>> IBatchV1Operations.DeleteNamespacedJobWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        bool? orphanDependents, string propagationPolicy, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, V1Status>(HttpMethod.Delete,
            new RequestUri($"apis/batch/v1/namespaces/{namespaceParameter}/jobs/{name}").With("dryRun", dryRun).With("gracePeriodSeconds", gracePeriodSeconds)
                .With("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Job>> IBatchV1Operations.PatchNamespacedJobStatusWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Job>(HttpMethod.Patch,
            new RequestUri($"apis/batch/v1/namespaces/{namespaceParameter}/jobs/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);
}

public static partial class BatchV1OperationsExtensions
{
    public static async Task<V1JobList> ListJobForAllNamespacesAsync(
        this IBatchV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListJobForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, false, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Job)> WatchListJobForAllNamespacesAsync(
        this IBatchV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Job, V1JobList>(
            operations.ListJobForAllNamespacesWithHttpMessagesAsync(
                allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1JobList> ListNamespacedJobAsync(
        this IBatchV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNamespacedJobWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
            shardSelector, timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Job)> WatchListNamespacedJobAsync(
        this IBatchV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Job, V1JobList>(
            operations.ListNamespacedJobWithHttpMessagesAsync(
                namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, pretty, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1Job> ReadNamespacedJobAsync(
        this IBatchV1Operations operations, string name, string namespaceParameter, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReadNamespacedJobWithHttpMessagesAsync(name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Job> CreateNamespacedJobAsync(
        this IBatchV1Operations operations, V1Job body, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedJobWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Job> PatchNamespacedJobAsync(
        this IBatchV1Operations operations, V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedJobWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Status> DeleteNamespacedJobAsync(
        this IBatchV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNamespacedJobWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Job> PatchNamespacedJobStatusAsync(
        this IBatchV1Operations operations, V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedJobStatusWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
