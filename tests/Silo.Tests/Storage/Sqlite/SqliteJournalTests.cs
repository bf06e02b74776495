using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

public sealed class SqliteJournalTests() : JournalContractTests(new SqliteUnderTest());
