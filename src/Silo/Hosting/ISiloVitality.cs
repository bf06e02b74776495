namespace Silo.Hosting;

/// <summary>Whether the silo of this process works, looked at again and again; what probes are told.</summary>
public interface ISiloVitality
{
    /// <summary>Why no calls should come here now; null: they may.</summary>
    string? Fault { get; }

    /// <summary>Why it should be started anew; null: it works, or may yet.</summary>
    string? Dead { get; }
}
