using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

public sealed class SqliteJournalWriterTests() : JournalWriterContractTests(new SqliteUnderTest());
