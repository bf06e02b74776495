using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>
/// Runs the workers of attempts somewhere: hollow nodes, Kubernetes. The reconciler calls it whenever an assignment may
/// differ from the world; never twice at once for one attempt.
/// </summary>
public interface IWorkloadBackend
{
    /// <summary>For logs and metrics.</summary>
    string Name { get; }

    /// <summary>The pools whose workers this backend runs, and no others.</summary>
    Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken);

    /// <summary>
    /// Brings the world nearer to the wish and reports what became of the workers. Idempotent: it looks at the world, does what is
    /// missing and answers when to look again. Throwing means "unknown, try again later". With <see cref="AssignmentWish.Gone"/>
    /// whatever is left is removed and forgotten; nothing is reported, because nobody asks any more.
    /// </summary>
    Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken);
}
