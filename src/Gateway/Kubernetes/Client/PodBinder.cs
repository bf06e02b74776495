using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.Client;

/// <summary>
/// Binds pods to nodes, whoever made them. A binding carries the pod's UID and version as preconditions and annotations that the server writes
/// onto the pod in the same step. Servers before 1.21 ignore the preconditions, and any answer may be lost: what is not certain is read back and
/// compared, so that Done means "this very pod is bound to this node" and nothing else. Not more than so many calls at once.
/// </summary>
internal sealed class PodBinder(KubeApi api, int callsAtOnce = PodBinder.DefaultCallsAtOnce)
{
    public const int DefaultCallsAtOnce = 64;

    /// <summary>An echo that takes longer is not waited for: the pod is read.</summary>
    private static readonly TimeSpan EchoWithin = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _slots = new(callsAtOnce, callsAtOnce);

    /// <summary>
    /// Done: bound there, by this call or by one before it; the value is the pod where it was read back, and null where the answer was certain
    /// without. Conflict: changed since it was read, or bound elsewhere. NotFound: it is gone. Unknown: it may be bound, or may still be.
    /// </summary>
    /// <param name="version">Only if it is still this version; null: whatever has changed.</param>
    /// <param name="annotations">Written onto the pod when it is bound, and only then.</param>
    /// <param name="echo">Where the server's answer alone is not certain: what the watch shows. Null: the pod is read.</param>
    public async Task<ClusterAnswer<V1Pod?>> Bind(
        string @namespace, string name, string uid, string? version, string node, IDictionary<string, string>? annotations, CancellationToken cancellationToken,
        IBindingEcho? echo = null)
    {
        var binding = new V1Binding
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace, Uid = uid, ResourceVersion = version, Annotations = annotations },
            Target = new V1ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node },
        };
        var honours = await api.HonoursPreconditionsOfBindings(cancellationToken);
        var answer = await InASlot(() => api.Write((client, token) => client.CoreV1.CreateNamespacedPodBindingAsync(binding, name, @namespace, cancellationToken: token), cancellationToken), cancellationToken);
        switch (answer)
        {
            case ClusterAnswer<V1Binding>.Done when honours || (echo is not null && await echo.NodeOf(uid, EchoWithin, cancellationToken) == node):
                return new ClusterAnswer<V1Pod?>.Done(null);
            case ClusterAnswer<V1Binding>.Throttled or ClusterAnswer<V1Binding>.Refused:
                return answer.Map<V1Pod?>(_ => null);
            default:
                return Compare(await InASlot(() => api.ReadPod(@namespace, name, cancellationToken), cancellationToken), name, uid, node, answer);
        }
    }

    private async Task<T> InASlot<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await call();
        }
        finally
        {
            _slots.Release();
        }
    }

    private static ClusterAnswer<V1Pod?> Compare(ClusterAnswer<V1Pod> read, string name, string uid, string node, ClusterAnswer<V1Binding> answer) => read switch
    {
        ClusterAnswer<V1Pod>.Done { Value: var pod } when pod.Uid() != uid => new ClusterAnswer<V1Pod?>.NotFound(),
        ClusterAnswer<V1Pod>.Done { Value: var pod } when pod.Spec.NodeName == node => new ClusterAnswer<V1Pod?>.Done(pod),
        ClusterAnswer<V1Pod>.Done { Value: { Spec.NodeName: { Length: > 0 } elsewhere } } => new ClusterAnswer<V1Pod?>.Conflict($"{name} is bound to {elsewhere}"),
        ClusterAnswer<V1Pod>.Done => answer switch
        {
            ClusterAnswer<V1Binding>.Conflict conflict => new ClusterAnswer<V1Pod?>.Conflict(conflict.Why),
            ClusterAnswer<V1Binding>.NotFound => new ClusterAnswer<V1Pod?>.NotFound(),
            ClusterAnswer<V1Binding>.Unknown unknown => new ClusterAnswer<V1Pod?>.Unknown(unknown.Why),
            _ => new ClusterAnswer<V1Pod?>.Unknown($"{name} is not bound although the server said so"),
        },
        ClusterAnswer<V1Pod>.NotFound => new ClusterAnswer<V1Pod?>.NotFound(),
        _ => new ClusterAnswer<V1Pod?>.Unknown($"{name} could not be read back after {answer}: {read}"),
    };
}
