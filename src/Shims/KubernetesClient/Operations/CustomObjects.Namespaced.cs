using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface ICustomObjectsOperations
{
    Task<HttpOperationResponse<T>> GetNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> CreateNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> ReplaceNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> PatchNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> DeleteNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name, V1DeleteOptions body = default, int? gracePeriodSeconds = default,
        bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<T>> ListNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        int? timeoutSeconds = default, bool? watch = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : ICustomObjectsOperations
{
    Task<HttpOperationResponse<T>> ICustomObjectsOperations.GetNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Get,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}/{name}"),
            null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.CreateNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Post,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ReplaceNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name, string dryRun, string fieldManager, string fieldValidation,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Put,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name, string dryRun, string fieldManager, string fieldValidation,
        bool? force, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Patch,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.DeleteNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name, V1DeleteOptions body, int? gracePeriodSeconds, bool? orphanDependents,
        string propagationPolicy, string dryRun, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, T>(HttpMethod.Delete,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}/{name}").With("gracePeriodSeconds", gracePeriodSeconds)
                .With("orphanDependents", orphanDependents).With("propagationPolicy", propagationPolicy).With("dryRun", dryRun),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name, string dryRun, string fieldManager, string fieldValidation,
        bool? force, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Patch,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}/{name}/status").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ListNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, bool? allowWatchBookmarks, string continueParameter, string fieldSelector,
        string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, T>(HttpMethod.Get,
            new RequestUri($"apis/{group}/{version}/namespaces/{namespaceParameter}/{plural}").With("allowWatchBookmarks", allowWatchBookmarks)
                .With("continue", continueParameter).With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit)
                .With("resourceVersion", resourceVersion).With("resourceVersionMatch", resourceVersionMatch).With("timeoutSeconds", timeoutSeconds).With("watch", watch)
                .With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);
}

public static partial class CustomObjectsOperationsExtensions
{
    public static async Task<T> GetNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter, string plural, string name,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.GetNamespacedCustomObjectWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, name, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> CreateNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string namespaceParameter, string plural, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> ReplaceNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceNamespacedCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> PatchNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? force = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> DeleteNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter, string plural, string name, V1DeleteOptions body = default,
        int? gracePeriodSeconds = default, bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNamespacedCustomObjectWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, name, body, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun, null,
            cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> PatchNamespacedCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? force = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<T> ListNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter, string plural, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default,
        string resourceVersionMatch = default, int? timeoutSeconds = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNamespacedCustomObjectWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
