using System.Collections.Frozen;
using Scheduling.Order.Policies;

namespace Scheduling.Order;

/// <summary>All order policies by name.</summary>
public static class OrderPolicies
{
    public const string DefaultName = "fair-turn";

    public static FrozenDictionary<string, IOrderPolicy> ByName { get; } = new IOrderPolicy[]
    {
        new FairTurnPolicy(), new FifoPolicy(), new FifoSkipPolicy(), new SjfPolicy(), new SjfSkipPolicy(), new QssfPolicy(), new SrtfPolicy(),
        new TiresiasPolicy(),
    }.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);

    public static IOrderPolicy Default => ByName[DefaultName];
}
