using Grains.Jobs;
using Grains.Pools;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling;
using Scheduling.Model;
using Silo.Reconcile;

namespace Simulation.CrashPoints;

/// <content>What goes on by itself: machines that run workers, and the reconcilers.</content>
internal sealed partial class Stage
{
    private static readonly TimeSpan BackendPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NodesPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DuePeriod = TimeSpan.FromSeconds(5);

    /// <summary>An answer that takes longer is not waited for: whoever was asked may be dead.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(8);

    private readonly Machines _machines;
    private readonly HashSet<JobId> _mayEnd = [];
    private readonly HashSet<AttemptId> _failing = [];

    /// <summary>The workers of this job, or of its parts, end well as soon as they have started.</summary>
    public void LetEnd(string job) => _mayEnd.Add(new JobId(job));

    /// <summary>One of the attempt's workers fails.</summary>
    public void Fail(string job, int attempt) => _failing.Add(new AttemptId(new JobId(job), attempt));

    private async Task ActAsBackend()
    {
        while (!_over)
        {
            await Task.Delay(BackendPeriod, Cluster.Time);
            await Try(async () =>
            {
                var page = await PoolGrain.ListAssignments(null, 1000).WaitAsync(AnswerWithin, Cluster.Time);
                await Task.WhenAll(page.Items.Select(Report));
            });
        }
    }

    private Task Report(Assignment item)
    {
        var report = _machines.Act(item, _mayEnd.Contains(item.Spec.Origin?.Set ?? item.Attempt.Job), _failing.Contains(item.Attempt), Now);
        return Try(() => Job(item.Attempt.Job.Value).Report(report).WaitAsync(AnswerWithin, Cluster.Time));
    }

    /// <summary>At the pace of the product.</summary>
    private async Task Reconcile()
    {
        for (var pass = 1; !_over; pass++)
        {
            await Task.Delay(DuePeriod, Cluster.Time);
            var reconciler = new JobReconciler(Client, _medium.Jobs, Cluster.Time, NullLogger<JobReconciler>.Instance);
            await Try(() => reconciler.WakeDue(CancellationToken.None).WaitAsync(AnswerWithin, Cluster.Time));
            if (pass % 3 == 0)
            {
                await Try(() => reconciler.ReconcileAll(CancellationToken.None).WaitAsync(AnswerWithin, Cluster.Time));
            }
        }
    }

    /// <summary>As the gateway's node reconciler does: everything that there is, again and again.</summary>
    private async Task ShowNodes()
    {
        while (!_over)
        {
            await Task.Delay(NodesPeriod, Cluster.Time);
            foreach (var (rack, nodes) in _inventory.ToList())
            {
                await Try(() => Offer(rack, nodes).WaitAsync(AnswerWithin, Cluster.Time));
                foreach (var node in NodesIn(rack, nodes))
                {
                    await Try(() => Show(rack, node).WaitAsync(AnswerWithin, Cluster.Time));
                }
            }
        }
    }

    /// <summary>No answer, or an error: it is done again in the next round.</summary>
    private async Task Try(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (InvariantViolationException e)
        {
            _seen.Note(e.Message);
        }
        catch (Exception)
        {
            // Its outcome is unknown.
        }
    }
}
