using System.Globalization;
using Gateway.Kubernetes;

namespace Simulation.Outside.Guests;

/// <content>Users' controllers, and what runs on nodes.</content>
internal sealed partial class ModelGuests
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(500);

    private readonly List<ModelGang> _gangs = [];

    /// <summary>Pods fail, end, and are deleted under everybody's hands.</summary>
    public bool IsWild { get; set; }

    public IReadOnlyList<ModelGang> Gangs => _gangs;

    public void Add(ModelGang gang) => _gangs.Add(gang);

    /// <summary>The pods of a gang that are there and not over.</summary>
    public List<ModelGuest> Living(ModelGang gang) => [.. _pods.Values.Where(p => p.Gang == gang && !p.IsOver && p.LeavesBy is null)];

    private void Tick()
    {
        foreach (var gang in _gangs.ToList())
        {
            Keep(gang);
        }

        var now = _clock.GetUtcNow();
        foreach (var pod in _pods.Values.ToList())
        {
            Live(pod, now);
        }
    }

    /// <summary>As a Job controller: what is gone or failed is made again, one after the other; what nobody wants any more is deleted.</summary>
    private void Keep(ModelGang gang)
    {
        var pods = _pods.Values.Where(p => p.Gang == gang).ToList();
        if (gang.IsDone)
        {
            pods.ForEach(Delete);
            if (pods.Count == 0)
            {
                _gangs.Remove(gang);
            }

            return;
        }

        if (IsWild && _random.Next(300) == 0)
        {
            gang.IsDone = true;
        }

        foreach (var over in pods.Where(p => p.IsOver))
        {
            Delete(over);
        }

        var living = Living(gang);
        for (var index = 0; index < gang.Size; index++)
        {
            if (living.All(p => p.Index != index) && (!IsWild || _random.Next(3) > 0))
            {
                Create(string.Create(CultureInfo.InvariantCulture, $"{gang.Name}-{index}-{++gang.Made}"), gang, index, gang.Gpus, gang.Extended);
            }
        }
    }

    private void Live(ModelGuest pod, DateTimeOffset now)
    {
        if (pod.LeavesBy is { } by)
        {
            if (now >= by || _random.Next(3) == 0)
            {
                Remove(pod);
            }

            return;
        }

        if (IsWild && _random.Next(pod.Node is null ? 60 : 400) == 0)
        {
            Delete(pod);
            return;
        }

        switch (pod)
        {
            case { Node: not null, Phase: PodPhase.Waiting } when _random.Next(2) == 0:
                pod.Phase = PodPhase.Running;
                Changed(pod);
                break;
            case { Phase: PodPhase.Running } when IsWild && _random.Next(120) == 0:
                pod.Phase = _random.Next(3) == 0 ? PodPhase.Failed : PodPhase.Succeeded;
                Changed(pod);
                break;
            case { IsOver: true, Gang: null } when _random.Next(10) == 0:
                Remove(pod);
                break;
        }
    }
}
