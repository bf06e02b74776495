using Npgsql;

namespace Silo.Storage.Postgres;

/// <summary>One write of a PostgreSQL store: a statement of its own in a batch, or one that needs a transaction for itself.</summary>
internal abstract class PostgresWrite : PendingWrite
{
    /// <summary>It decides by what it reads, and needs a transaction for itself: <see cref="RunAlone"/>.</summary>
    public virtual bool IsAlone => false;

    /// <summary>The statement that was made last.</summary>
    public NpgsqlBatchCommand? Sent { get; private set; }

    /// <summary>The statement, which answers one value; null for a write that <see cref="IsAlone"/>.</summary>
    public NpgsqlBatchCommand? Statement(long version)
    {
        Version = version;
        Refusal = null;
        return Sent = Prepare(version);
    }

    /// <summary>What the statement answered: null when it wrote, otherwise what stands there.</summary>
    public abstract void Answered(long? found);

    /// <summary>Reads and writes in the open transaction.</summary>
    public virtual Task RunAlone(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    protected abstract NpgsqlBatchCommand? Prepare(long version);
}
