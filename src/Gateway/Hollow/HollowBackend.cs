using System.Collections.Concurrent;
using Gateway.Backends;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Scheduling.Model;
using Outcome = Grains.Outcome;

namespace Gateway.Hollow;

/// <summary>
/// Runs workers by waiting: an attempt is one small record and one due time, however many workers it has. Nothing is kept across a
/// restart; what matters is in the job, and the rest is drawn again from the seed.
/// </summary>
internal sealed class HollowBackend : IWorkloadBackend
{
    private readonly INodeSource _nodes;
    private readonly IAssignmentFeed _feed;
    private readonly HollowOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HollowBackend> _logger;
    private readonly ResiliencePipeline<Answer> _reports;
    private readonly ConcurrentDictionary<AttemptId, HollowRun> _runs = new();

    public HollowBackend(INodeSource nodes, IAssignmentFeed feed, IOptions<HollowOptions> options, TimeProvider time, ILogger<HollowBackend> logger)
    {
        _nodes = nodes;
        _feed = feed;
        _options = options.Value;
        _time = time;
        _logger = logger;
        var builder = new ResiliencePipelineBuilder<Answer> { TimeProvider = time };
        if (_options.Reconcile.ReportTries > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<Answer>
            {
                MaxRetryAttempts = _options.Reconcile.ReportTries - 1,
                Delay = TimeSpan.FromMilliseconds(100),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,

                // A timeout is an unknown outcome; a report is absolute, so sending it again is always right.
                ShouldHandle = new PredicateBuilder<Answer>()
                    .Handle<Exception>(e => e is not OperationCanceledException)
                    .HandleResult(a => a.Outcome == Outcome.LimitReached),
            });
        }

        _reports = builder.Build();
    }

    public string Name => "Hollow nodes";

    /// <summary>Attempts whose workers exist.</summary>
    internal int Count => _runs.Count;

    public async Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken) => (await _nodes.Read(cancellationToken)).Pools;

    public async Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken)
    {
        if (assignment.Wish == AssignmentWish.Gone)
        {
            _runs.TryRemove(assignment.Attempt, out _);
            return NextLook.OnChange;
        }

        if (!_runs.TryGetValue(assignment.Attempt, out var run))
        {
            run = await Adopt(assignment);
        }

        var fate = HollowFate.Of(assignment.Attempt, assignment.Spec, _options);
        while (true)
        {
            _runs[assignment.Attempt] = run;
            switch (HollowScript.Next(run, assignment, fate, _options, _time.GetUtcNow()))
            {
                case HollowStep.Wait wait:
                    _runs[assignment.Attempt] = wait.Run;
                    return new NextLook(wait.Until);

                case HollowStep.Send send:
                    var answer = await _reports.ExecuteAsync(
                        async _ => await _feed.Report(assignment.Attempt.Job, send.Report), cancellationToken);
                    if (!answer.IsDone)
                    {
                        // The job is past this attempt, and the pool will say so soon; if it does not, the report was meant.
                        BackendLog.ReportRefused(_logger, assignment.Attempt, answer.Message, _options.ReportAgainAfter);
                        return new NextLook(_time.GetUtcNow() + _options.ReportAgainAfter);
                    }

                    run = send.Then;
                    break;
            }
        }
    }

    /// <summary>Takes over an attempt that may have been started before this process was.</summary>
    private async Task<HollowRun> Adopt(Assignment assignment) => new()
    {
        SeenAt = _time.GetUtcNow(),
        StartedAt = assignment.Wish is AssignmentWish.Run or AssignmentWish.Checkpoint ? await _feed.StartedAt(assignment.Attempt) : null,
    };
}
