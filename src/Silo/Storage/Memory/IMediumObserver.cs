namespace Silo.Storage.Memory;

/// <summary>Hears what became durable on an <see cref="InMemoryMedium"/>: what a process that starts now would find. It must not write itself.</summary>
public interface IMediumObserver
{
    /// <param name="stream">The journal.</param>
    /// <param name="position">Of the last of these entries.</param>
    /// <param name="entries">As they were encoded.</param>
    void Appended(string stream, long position, IReadOnlyList<ReadOnlyMemory<byte>> entries);

    /// <param name="stream">The journal.</param>
    /// <param name="position">What the snapshot stands for.</param>
    /// <param name="snapshot">As it was encoded.</param>
    void Snapshotted(string stream, long position, ReadOnlyMemory<byte> snapshot);

    /// <param name="name">The state's name.</param>
    /// <param name="grain">Whose it is.</param>
    /// <param name="state">The record that was encoded.</param>
    void Written(string name, GrainId grain, object state);

    void Cleared(string name, GrainId grain);
}
