"""Parts of a message that service work needs: numbers of orders and parcels, products, amounts, dates, names, places."""
