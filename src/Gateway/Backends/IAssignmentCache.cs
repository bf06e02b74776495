using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>Takes what a watcher learns.</summary>
internal interface IAssignmentCache
{
    /// <summary>These are all of the pool's assignments; others of that pool are gone.</summary>
    void Replace(PoolId pool, IReadOnlyDictionary<AttemptId, Assignment> all);

    void Apply(Assignment assignment);
}
