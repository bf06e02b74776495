using Orleans.Calls;
using Orleans.InProcess;

namespace Orleans.Activations;

/// <summary>The local activations of a stateless worker: a message goes to one that is free, else to a new one, else to the least busy.</summary>
internal sealed class StatelessWorkers(Silo silo, GrainId id, GrainClass grainClass, int max) : IMessageTarget
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _workers = [];

    public IReadOnlyList<Activation> Workers
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers];
            }
        }
    }

    public bool TryReceive(Request request)
    {
        while (true)
        {
            Activation worker;
            lock (_gate)
            {
                var free = _workers.MinBy(w => w.HeldCount);
                if (free is null || (free.HeldCount > 0 && _workers.Count < max))
                {
                    free = new Activation(silo, id, grainClass, this);
                    _workers.Add(free);
                }

                worker = free;
            }

            if (worker.TryReceive(request))
            {
                return true;
            }

            Forget(worker);
        }
    }

    public void Forget(Activation worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
        }
    }
}
