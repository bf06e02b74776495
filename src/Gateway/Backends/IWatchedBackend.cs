using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>A backend that notices by itself that something became of an attempt's workers.</summary>
internal interface IWatchedBackend : IWorkloadBackend
{
    /// <summary>
    /// Until it is cancelled, calls <paramref name="changed"/> with each attempt whose workers changed: a hint, which may be lost. It answers
    /// whether the attempt is known; workers of one that is not are somebody's leavings.
    /// </summary>
    Task Watch(Func<AttemptId, bool> changed, CancellationToken cancellationToken);
}
