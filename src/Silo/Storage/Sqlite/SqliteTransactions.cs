using Grains.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Silo.Storage.Sqlite;

/// <summary>
/// Makes a batch of writes durable as one transaction: all that can be written, or none. Each transaction raises the counter, so
/// that after a commit that reported an error the counter tells what became of it.
/// </summary>
internal sealed class SqliteTransactions(SqliteSession session, ILogger logger, IStorageFaults? faults)
{
    private long _version = ReadVersion(session);
    private bool _broken;

    /// <summary>Returns when the batch is durable; each write then knows whether it was refused.</summary>
    /// <exception cref="StorageException">None of it was written, or it is unknown: the exception says which.</exception>
    public void Commit(List<WriteOp> batch)
    {
        if (_broken)
            MendOrThrow();

        var committing = false;
        var next = _version;
        try
        {
            while (!TryApply(batch, out next))
            {
            }

            committing = true;
            CommitTransaction();
            _version = next;
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            Settle(e, batch.Count, committing, next);
        }
    }

    /// <summary>False: one write failed by itself and the transaction is rolled back; the others are to be applied again.</summary>
    private bool TryApply(List<WriteOp> batch, out long next)
    {
        session.Execute("BEGIN IMMEDIATE");
        next = _version;
        foreach (var op in batch)
        {
            if (op.Failure is not null)
                continue;
            try
            {
                op.Apply(session, ++next);
            }
            catch (Exception e) when (ConcernsOneWrite(e))
            {
                logger.OneFailed(e, op.Key);
                op.FailAlone(new StorageException($"A write of {op.Key} cannot be stored: {e.Message}", e));
                session.Execute("ROLLBACK");
                return false;
            }
        }

        session.Execute("UPDATE counter SET version = $1", ++next);
        return true;
    }

    private void CommitTransaction()
    {
        var fault = faults?.Next(StorageOperation.Commit, "") ?? StorageFault.None;
        if (fault.Kind == StorageFaultKind.FailBefore)
            throw new IOException("Injected before the commit.");
        session.Execute("COMMIT");
        if (fault.Kind == StorageFaultKind.FailAfter)
            throw new IOException("Injected after the commit.");
    }

    /// <summary>Returns when the batch turns out to be durable all the same; throws otherwise.</summary>
    private void Settle(Exception cause, int ops, bool committing, long expected)
    {
        TryRollback();
        if (!committing)
        {
            logger.NotWritten(cause, ops);
            throw NotWritten(cause);
        }

        try
        {
            if (Mend() == expected)
            {
                logger.WrittenAllTheSame(cause, ops);
                return;
            }
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            TryRollback();
            _broken = true;
            logger.Unknown(cause, ops);
            throw new StorageException($"The commit failed ({cause.Message}) and its outcome cannot be read ({e.Message}).", cause, outcomeUnknown: true);
        }

        logger.NotWritten(cause, ops);
        throw NotWritten(cause);
    }

    private void MendOrThrow()
    {
        try
        {
            Mend();
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            TryRollback();
            throw NotWritten(e);
        }

        logger.Recovered();
    }

    /// <summary>
    /// Reads how far the database is, and commits once more: only then is what was read durable, and a failed
    /// transaction's remains in the log are overwritten, so that no restart can bring them back.
    /// </summary>
    private long Mend()
    {
        if (faults?.Next(StorageOperation.Recover, "").Kind is StorageFaultKind.FailBefore)
            throw new IOException("Injected before the recovery.");
        session.Execute("BEGIN IMMEDIATE");
        var found = ReadVersion(session);
        session.Execute("UPDATE counter SET version = $1", found + 1);
        session.Execute("COMMIT");
        _version = found + 1;
        _broken = false;
        return found;
    }

    private void TryRollback()
    {
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite had rolled back by itself: there is no transaction, which is what was wanted.
        }
    }

    private static StorageException NotWritten(Exception cause) =>
        new($"Nothing was written: {cause.Message} See to the disk of the data folder (space, permissions, errors).", cause);

    private static long ReadVersion(SqliteSession session) => session.Number("SELECT version FROM counter")!.Value;

    /// <summary>A value that SQLite refuses, or a mistake in the write's own code; a full or failing disk concerns all.</summary>
    private static bool ConcernsOneWrite(Exception e)
    {
        const int TooBig = 18, Constraint = 19, Mismatch = 20, Range = 25;
        return e is SqliteException s ? s.SqliteErrorCode is TooBig or Constraint or Mismatch or Range : e is not IOException;
    }
}
