using System.Reflection;
using Grains;

namespace Silo.Clustering;

/// <summary>
/// Calls to grains of a silo that may have been replaced are refused: the caller asks again, and finds who replaced it. What silos say to each other of who is
/// a member, where grains are and where answers go is let through: one that is back has missed none of it, and one that has been replaced changes nothing by it.
/// </summary>
internal sealed class LeaseFilter(MembershipLease lease) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) =>
        lease.Fault is { } fault && IsOurs(context.InterfaceMethod) ? throw new OrleansException($"This silo takes no calls: {fault}.") : context.Invoke();

    internal static bool IsOurs(MethodInfo? method) => method?.DeclaringType?.Assembly == typeof(Caller).Assembly;
}
