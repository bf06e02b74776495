using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface ICustomObjectsOperations
{
    Task<HttpOperationResponse<T>> GetClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> CreateClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> ReplaceClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> PatchClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> DeleteClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name, V1DeleteOptions body = default, int? gracePeriodSeconds = default, bool? orphanDependents = default,
        string propagationPolicy = default, string dryRun = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> PatchClusterCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> ListClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, int? timeoutSeconds = default,
        bool? watch = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> ListCustomObjectForAllNamespacesWithHttpMessagesAsync<T>(
        string group, string version, string resourcePlural, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, int? timeoutSeconds = default,
        bool? watch = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1APIResourceList>> GetAPIResourcesWithHttpMessagesAsync(
        string group, string version, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : ICustomObjectsOperations
{
    Task<HttpOperationResponse<T>> ICustomObjectsOperations.GetClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Get, new RequestUri($"apis/{group}/{version}/{plural}/{name}"), null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.CreateClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Post,
            new RequestUri($"apis/{group}/{version}/{plural}").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation)
                .With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ReplaceClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager, string fieldValidation,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Put,
            new RequestUri($"apis/{group}/{version}/{plural}/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Patch,
            new RequestUri($"apis/{group}/{version}/{plural}/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager).With("fieldValidation", fieldValidation)
                .With("force", force),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.DeleteClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name, V1DeleteOptions body, int? gracePeriodSeconds, bool? orphanDependents, string propagationPolicy,
        string dryRun, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, T>(HttpMethod.Delete,
            new RequestUri($"apis/{group}/{version}/{plural}/{name}").With("gracePeriodSeconds", gracePeriodSeconds).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("dryRun", dryRun),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchClusterCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Patch,
            new RequestUri($"apis/{group}/{version}/{plural}/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ListClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        string resourceVersion, string resourceVersionMatch, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Get,
            new RequestUri($"apis/{group}/{version}/{plural}").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ListCustomObjectForAllNamespacesWithHttpMessagesAsync<T>(
        string group, string version, string resourcePlural, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        string resourceVersion, string resourceVersionMatch, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Get,
            new RequestUri($"apis/{group}/{version}/{resourcePlural}").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1APIResourceList>> ICustomObjectsOperations.GetAPIResourcesWithHttpMessagesAsync(
        string group, string version, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1APIResourceList>(HttpMethod.Get, new RequestUri($"apis/{group}/{version}"), null, null, customHeaders, cancellationToken);
}

public static partial class CustomObjectsOperationsExtensions
{
    public static async Task<T> GetClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name, CancellationToken cancellationToken = default)
    {
        using var result = await operations.GetClusterCustomObjectWithHttpMessagesAsync<T>(group, version, plural, name, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> CreateClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateClusterCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, plural, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> ReplaceClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceClusterCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> PatchClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchClusterCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> DeleteClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name, V1DeleteOptions body = default,
        int? gracePeriodSeconds = default, bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteClusterCustomObjectWithHttpMessagesAsync<T>(
            group, version, plural, name, body, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> PatchClusterCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchClusterCustomObjectStatusWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> ListClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        int? timeoutSeconds = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListClusterCustomObjectWithHttpMessagesAsync<T>(
            group, version, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, timeoutSeconds,
            false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> ListCustomObjectForAllNamespacesAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string resourcePlural, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default,
        string resourceVersionMatch = default, int? timeoutSeconds = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListCustomObjectForAllNamespacesWithHttpMessagesAsync<T>(
            group, version, resourcePlural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch,
            timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1APIResourceList> GetAPIResourcesAsync(
        this ICustomObjectsOperations operations, string group, string version, CancellationToken cancellationToken = default)
    {
        using var result = await operations.GetAPIResourcesWithHttpMessagesAsync(group, version, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
