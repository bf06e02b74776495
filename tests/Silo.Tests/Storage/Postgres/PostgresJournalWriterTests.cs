using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

public sealed class PostgresJournalWriterTests : JournalWriterContractTests, IAsyncLifetime
{
    private readonly PostgresUnderTest _storage;

    public PostgresJournalWriterTests(PostgresServer server) : this(new PostgresUnderTest(server))
    {
    }

    private PostgresJournalWriterTests(PostgresUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
