using Grains.Storage;
using Orleans.Storage;

namespace Simulation.CrashPoints;

/// <summary>What outlives the silos. A write takes effect while it is called.</summary>
internal interface IMedium : IDisposable
{
    /// <summary>Finds the stored jobs, whoever has the medium open now.</summary>
    IJobIndex Jobs { get; }

    /// <summary>For one life of one silo.</summary>
    IJournalStore OpenJournals(TimeProvider time);

    /// <summary>For one life of one silo.</summary>
    IGrainStorage OpenStates(TimeProvider time);

    /// <summary>Prepares a fault within the next write; only where there is an inside.</summary>
    void FailInside(WriteFault fault);

    /// <summary>All who had it open died this moment. Who opens it next finds what a disk would have.</summary>
    void Kill();
}
