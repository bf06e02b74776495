using System.Collections.Immutable;

namespace Gateway.Azure;

/// <summary>What the subscription may still have.</summary>
internal interface ICloudUsages
{
    /// <summary>All usages in the region of the subscription that this scale set is in.</summary>
    Task<CloudAnswer<ImmutableArray<CloudUsage>>> Usages(string set, string location, CancellationToken cancellationToken);
}
