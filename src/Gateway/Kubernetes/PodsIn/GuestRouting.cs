using Gateway.Backends;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>One backend of a cluster: attempts whose pods others made, and those whose pods we make.</summary>
internal sealed class GuestRouting(IWatchedBackend own, GuestBackend guests) : IWatchedBackend
{
    public string Name => own.Name;

    public Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken) => own.Pools(cancellationToken);

    public Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken) =>
        assignment.Spec.Pods is null ? own.Reconcile(assignment, cancellationToken) : guests.Reconcile(assignment, cancellationToken);

    public Task Watch(Func<AttemptId, bool> changed, CancellationToken cancellationToken) =>
        Task.WhenAll(own.Watch(changed, cancellationToken), guests.Watch(changed, cancellationToken));
}
