using Orleans.Activations;
using Orleans.Concurrency;
using Orleans.InProcess;
using Orleans.Placement;

namespace Orleans.Simulation;

/// <summary>Which silo has which grain, as the asking silo believes. A cut-off silo has beliefs of its own: so grains come to live twice.</summary>
internal sealed class SimulatedDirectory(SimulatedCluster cluster)
{
    private readonly Dictionary<GrainId, int> _shared = [];

    /// <summary>Where a message from <paramref name="from"/> goes; places the grain if it is nowhere. -1 when no silo is left.</summary>
    public int Locate(SimulatedSilo from, GrainId id)
    {
        if (id.Type == ObserverHost.Type)
        {
            var key = id.Key.ToString();
            return int.Parse(key[..key.IndexOf('.', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
        }

        var grainClass = from.Catalog.Classes.Of(id.Type);
        if (grainClass.Placement is StatelessWorkerAttribute)
        {
            return Place(from, id, grainClass);
        }

        var view = ViewOf(from);
        if (!view.TryGetValue(id, out var owner))
        {
            owner = Place(from, id, grainClass);
            if (owner >= 0)
            {
                view[id] = owner;
            }
        }

        return owner;
    }

    /// <returns>False when another silo has it.</returns>
    public bool Claim(SimulatedSilo silo, GrainId id, out int owner)
    {
        var view = ViewOf(silo);
        if (view.TryAdd(id, silo.Index))
        {
            owner = silo.Index;
            return true;
        }

        owner = view[id];
        return owner == silo.Index;
    }

    public void Release(SimulatedSilo silo, GrainId id)
    {
        var view = ViewOf(silo);
        if (view.TryGetValue(id, out var owner) && owner == silo.Index && !silo.IsDeclaredDead)
        {
            view.Remove(id);
        }
    }

    public void RemoveSilo(int index)
    {
        foreach (var id in _shared.Where(e => e.Value == index).Select(e => e.Key).ToList())
        {
            _shared.Remove(id);
        }
    }

    public void CutOff(SimulatedSilo silo) => silo.OwnView = new(_shared);

    /// <summary>Back among the others before they gave it up: what it placed meanwhile is theirs to know, and what is there twice ends here.</summary>
    public void Rejoin(SimulatedSilo silo)
    {
        silo.OwnView = null;
        foreach (var activation in silo.Catalog.Activations.ToList())
        {
            if (!_shared.TryAdd(activation.GrainId, silo.Index) && _shared[activation.GrainId] != silo.Index)
            {
                activation.Deactivate(new(DeactivationReasonCode.DuplicateActivation, "Another activation was made during the partition."));
            }
        }
    }

    public int? OwnerOf(GrainId id) => _shared.TryGetValue(id, out var owner) ? owner : null;

    private Dictionary<GrainId, int> ViewOf(SimulatedSilo silo) => silo.OwnView ?? _shared;

    private int Place(SimulatedSilo from, GrainId id, GrainClass grainClass)
    {
        // The dead stay candidates until they are declared so: a new grain may well be placed on one.
        var candidates = cluster.Silos.Where(s => !s.IsDeclaredDead || ReferenceEquals(s, from)).Select(s => s.Index).ToList();
        if (candidates.Count == 0)
        {
            return -1;
        }

        var stays = grainClass.Placement is PreferLocalPlacementAttribute or StatelessWorkerAttribute;
        return stays && !from.IsClient ? from.Index
            : grainClass.Placement is HashBasedPlacementAttribute ? candidates[(int)(id.GetUniformHashCode() % (uint)candidates.Count)]
            : candidates[cluster.Draw(candidates.Count)];
    }
}
