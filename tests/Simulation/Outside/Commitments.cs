using Grains.Jobs;
using Grains.Racks;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>Writes down what jobs committed, as they answer it: what the world outside is held against.</summary>
internal sealed class Commitments : IIncomingGrainCallFilter
{
    private readonly Dictionary<JobId, JobSpec> _specs = [];
    private readonly Dictionary<AttemptId, GangPlacement> _placements = [];
    private readonly Dictionary<JobId, int> _newest = [];

    public int Count => _placements.Count;

    /// <summary>How often workers got another node while their gang ran.</summary>
    public int Moves { get; private set; }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Grain is RackGrain rack && context is { MethodName: nameof(IRackGrain.Move), Result: MoveAnswer { Refusal: null } })
        {
            Moved(((MoveWorkers)context.Request.GetArgument(0)!).Attempt, rack.Ledger.View());
            return;
        }

        if (context.Grain is not IJobGrain job)
        {
            return;
        }

        var id = new JobId(job.GetPrimaryKeyString());
        if (context.MethodName == nameof(IJobGrain.Submit))
        {
            // A job that was there already stays as it is, whatever it is submitted with.
            _specs[id] = context.Result is SubmitAnswer { Job: { } known } ? known.Spec : _specs.GetValueOrDefault(id) ?? ((SubmitJob)context.Request.GetArgument(0)!).Spec;
        }
        else if (context.MethodName == nameof(IJobGrain.Place) && context.Result is PlaceAnswer { Outcome: PlaceOutcome.Committed })
        {
            var placed = (PlaceAttempt)context.Request.GetArgument(0)!;

            // A submission may have been written and its answer lost: what is committed is what the job has.
            _specs[id] = ((JobGrain)context.Grain).State!.Spec;
            _placements[new AttemptId(id, placed.Attempt)] = placed.Placement;
            _newest[id] = Math.Max(placed.Attempt, _newest.GetValueOrDefault(id));
        }
    }

    /// <summary>A worker of a lost node has another node of its rack: that rack's word, which it wrote down before it answered.</summary>
    private void Moved(AttemptId attempt, RackView rack)
    {
        if (_placements.TryGetValue(attempt, out var placement) && rack.Allocations.FirstOrDefault(a => a.Attempt == attempt) is { } allocation)
        {
            Moves++;
            _placements[attempt] = placement with { Racks = [.. placement.Racks.Select(s => s.Rack == rack.Spec.Rack ? s with { Workers = allocation.Workers } : s)] };
        }
    }

    public JobSpec? SpecOf(JobId job) => _specs.GetValueOrDefault(job);

    /// <summary>Null when the attempt was never committed.</summary>
    public GangPlacement? PlacementOf(AttemptId attempt) => _placements.GetValueOrDefault(attempt);

    /// <summary>The newest attempt of the job that was committed; 0 when none was.</summary>
    public int NewestOf(JobId job) => _newest.GetValueOrDefault(job);
}
