namespace Silo.Clustering;

/// <summary>Calls to grains of a silo that may have been replaced are refused: the caller asks again, and finds who replaced it.</summary>
internal sealed class LeaseFilter(MembershipLease lease) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) =>
        lease.Fault is { } fault ? throw new OrleansException($"This silo takes no calls: {fault}.") : context.Invoke();
}
